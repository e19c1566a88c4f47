//! The closed list of events: what a site's IT may watch for, in Windows' Event Log and in the log.
//!
//! Numbers are never reused, and words stand for what they stood for. `build.rs` reads this file too, for the message table
//! in the program; `docs/events.md` says the same to people, and a test compares the two.

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// All is well.
    Information,
    /// Nothing is lost, but somebody should look before long.
    Warning,
    /// Something stands still until somebody does something.
    Error,
}

/// One line of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The event's number.
    pub id: u16,
    /// How grave it is.
    pub level: Level,
    /// What happened: `%1` is whom it concerns, `%2` the details.
    pub words: &'static str,
    /// What to do.
    pub cure: &'static str,
}

/// Defines the events, their numbers, and the table of their rows, in one place.
macro_rules! events {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $level:ident, $words:literal, $cure:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Event {
            $($(#[doc = $doc])* $name,)*
        }

        /// The list, in order of numbers.
        #[allow(dead_code)] // for `build.rs` and the test of the document
        pub(crate) const TABLE: &[Row] =
            &[$(Row { id: $id, level: Level::$level, words: $words, cure: $cure },)*];

        impl Event {
            /// Its line in the list.
            pub(crate) fn row(self) -> Row {
                match self {
                    $(Event::$name => Row { id: $id, level: Level::$level, words: $words, cure: $cure },)*
                }
            }
        }
    };
}

events! {
    /// The service runs.
    Started = 100, Information,
        "Labrelay %1 has started. It collects %2.",
        "nothing";
    /// It ended as it was asked to.
    Stopped = 101, Information,
        "Labrelay has stopped as it was asked to. Nothing is lost; what waits is sent after the next start.",
        "nothing";
    /// The configuration, a manifest or an inventory is wrong.
    BadConfiguration = 102, Error,
        "Labrelay did not start: its configuration is wrong. %2",
        "mend what the details name; `labrelay check --config FILE` tries everything. The service is started again by itself";
    /// The state folder can't be used.
    StateUnusable = 103, Error,
        "Labrelay did not start: its state folder can't be used. %2",
        "give the folder to the service's account alone, as the details say; end another Labrelay that uses it; free space on its disk";
    /// It did not start, or ended, for another reason.
    Failed = 104, Error,
        "Labrelay has ended by itself. %2",
        "the details say why; the service is started again by itself";
    /// A thread stands still.
    Watchdog = 105, Error,
        "Labrelay ends itself in order to be started again: %1 has made no progress. %2",
        "look at the disk and at the network folder that the details name; if it comes again, report it with the log";

    /// A family's collector failed and is tried again.
    CollectorFails = 200, Warning,
        "The collector of %1 can't work, and is tried again. %2",
        "the details say why; `labrelay check --config FILE` shows the plugin's state. Other families go on";
    /// Its plugin failed too often in a row.
    CollectorParked = 201, Error,
        "The collector of %1 is parked. %2",
        "install another version of the plugin: a bundle is taken over at once, after a file by hand start Labrelay again; its inputs stay where they are";
    /// All is well again.
    CollectorWorks = 202, Information,
        "The collector of %1 works again.",
        "nothing";
    /// The site accepts that a part of the sandbox is missing.
    SandboxIncomplete = 203, Warning,
        "The plugin of %1 runs without a part of its sandbox that this system lacks, as the configuration accepts. Missing: %2",
        "a newer system has it; then remove it from `sandbox: {accept_missing}` in the configuration";
    /// An input killed its reader.
    InputSetAside = 204, Error,
        "An input of %1 is set aside: the plugin's worker died on it three times.",
        "report it to the plugin's maker; `labrelay ledger` counts it. The file itself is untouched";
    /// A field that nearly identifies is kept back.
    FieldFrozen = 205, Error,
        "A field of %1 does not leave any more. %2",
        "tell the manifest's author; see docs/detectors.md";
    /// Something vanished before it was read.
    Gap = 206, Warning,
        "Something of %1 vanished before it was read. %2",
        "`labrelay ledger` counts it as a gap; let the instrument keep its logs longer";
    /// Another version of a plugin runs from now on.
    PluginExchanged = 207, Information,
        "The plugin of %1 was exchanged without a restart. %2",
        "nothing";
    /// What an administrator has chosen can't run.
    PluginRefused = 208, Error,
        "Another plugin of %1 was to run and was refused; the one before goes on. %2",
        "the details say why; install another version, or go back by `labrelay plugin rollback`. Nothing is lost";
    /// It failed before it had committed anything.
    PluginTakenBack = 209, Error,
        "The new plugin of %1 failed at once and was taken back; the one before goes on. %2",
        "report it to the plugin's maker and install another version. Nothing is lost";
    /// The site accepts a plugin that nobody has signed.
    PluginNotSigned = 210, Warning,
        "The plugin of %1 is not signed, and the configuration accepts that. %2",
        "install a signed bundle, then remove `unsigned: accept` from the configuration (docs/bundles.md)";

    /// A damaged spool was replaced.
    SpoolSetAside = 300, Error,
        "The spool could not be used and was set aside; a new one has begun. %2",
        "look at the disk's health, and keep the file that the details name; see docs/spool.md";
    /// The bound of the spool is reached.
    SpoolFull = 301, Error,
        "The spool is full, and the collector of %1 pauses. Nothing is lost. %2",
        "see why nothing is delivered (events 400 and 401); or raise `spool.max_bytes`";
    /// The disk refuses.
    SpoolFails = 302, Error,
        "The spool can't be written or read, and the collector of %1 pauses. Nothing is lost. %2",
        "look at the disk: is it full, or failing?";

    /// The receiver does not believe this PC.
    DeviceRefused = 400, Error,
        "The receiver refuses this device. Nothing is lost. %2",
        "register the device at the receiver, as the details say; check this PC's clock and the name `device`";
    /// Nothing was delivered for long.
    ReceiverUnreachable = 401, Warning,
        "Nothing could be delivered for %1. Nothing is lost. %2",
        "the details say what is in the way: network, firewall, proxy, certificate, or the receiver itself";
    /// Delivery goes on after one of the two.
    DeliveryResumed = 402, Information,
        "Delivery goes on.",
        "nothing";
    /// One batch will not leave.
    BatchSetAside = 403, Error,
        "A batch of %1 is set aside, and will not be sent. %2",
        "report it to Labrelay's authors with the details; `labrelay status` counts it";
    /// This spool was copied or restored.
    NumberedAnew = 404, Warning,
        "This PC was restored or copied: what waits is numbered anew. %2",
        "make sure that no second PC runs with a copy of this one's state folder";

    /// The clock can't be believed.
    ClockWrong = 500, Error,
        "This PC's clock is wrong. %2",
        "set the clock; collecting goes on by itself";
    /// It can again.
    ClockRight = 501, Information,
        "This PC's clock agrees with the receiver's again. Collecting goes on.",
        "nothing";
}
