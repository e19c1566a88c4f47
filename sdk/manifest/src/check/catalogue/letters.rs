//! Which characters a template may hold: letters of every language, and none that can't be seen in a review.

/// Characters that show nothing or change the order of what is shown: general categories Cc and Co, the bidirectional
/// controls, and Default_Ignorable_Code_Point of Unicode 16.0 (DerivedCoreProperties.txt). Line feed and tab are
/// left out: log lines hold them, and a review shows them.
const UNSEEN: &[(u32, u32)] = &[
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
    (0xF0000, 0x10_FFFF),
];

/// Fails on a character that a reviewer can't see.
pub(super) fn visible(character: char) -> Result<(), String> {
    let code = u32::from(character);
    if UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return Err(format!("holds U+{code:04X}, which can't be seen; remove it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_languages_pass_and_unseen_characters_do_not() {
        "Laser-Störung 激光关闭 レーザー電源　オフ température\u{a0}: 5 °C\t½"
            .chars()
            .try_for_each(visible)
            .unwrap();
        for unseen in
            ['\0', '\r', '\u{85}', '\u{ad}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}']
        {
            visible(unseen).unwrap_err();
        }
    }
}
