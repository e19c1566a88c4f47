//! Puts the texts of events into the program for Windows, where the Event Viewer looks for them: a message table, made from
//! the one list in `src/event/table.rs`. Does nothing for other systems.

use std::path::PathBuf;
use std::{env, fs};

#[allow(dead_code)] // the list is all that is needed here
#[path = "src/event/table.rs"]
mod table;

#[path = "build/message_table.rs"]
mod message_table;

/// A resource script: one message table (type 11), as Windows' own message compiler would write it.
const SCRIPT: &str = "LANGUAGE 0, 0\n1 11 \"events.bin\"\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/event/table.rs");
    if env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return Ok(());
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo has told no OUT_DIR")?);
    let texts: Vec<(u32, String)> = table::TABLE.iter().map(|row| (row.id.into(), text(row))).collect();
    fs::write(folder.join("events.bin"), message_table::of(&texts))?;
    fs::write(folder.join("events.rc"), SCRIPT)?;
    if let Err(why) =
        embed_resource::compile(folder.join("events.rc"), embed_resource::NONE).manifest_required()
    {
        println!(
            "cargo::warning=the Event Viewer will show numbers without words: no resource compiler ({why})"
        );
    }
    Ok(())
}

/// What the Event Viewer shows.
fn text(row: &table::Row) -> String {
    match row.level {
        table::Level::Information => row.words.to_owned(),
        table::Level::Warning | table::Level::Error => {
            format!("{}\r\n\r\nWhat to do: {}.", row.words, row.cure)
        }
    }
}
