//! Brazil: CPF.

use super::checksum::digits;
use super::facts::Needs;
use super::{Detector, Strength};

pub(super) static ROWS: &[Detector] = &[Detector {
    name: "br-cpf",
    what: "Brazilian taxpayer number (CPF)",
    strength: Strength::Checksum,
    source: "Receita Federal, Cadastro de Pessoas Físicas: two check digits modulo 11, weights falling to 2",
    needs: Needs::NOTHING.digits(11),
    pattern: r"\b\d{3}[. ]?\d{3}[. ]?\d{3}[-/ ]?\d{2}\b",
    validate: Some(is_cpf),
    examples: &["111.444.777-35", "52998224725", "529 982 247 25"],
    harmless: &["111.111.111-11", "111.444.777"],
}];

fn is_cpf(text: &[u8]) -> bool {
    let Some(all) = digits::<11>(text) else { return false };
    let [head @ .., first, last] = all;
    let differ = head.iter().any(|digit| *digit != first);
    let sum =
        |up_to: u32| -> u32 { all.iter().zip((2..=up_to).rev()).map(|(digit, weight)| digit * weight).sum() };
    differ && sum(10) * 10 % 11 % 10 == first && sum(11) * 10 % 11 % 10 == last
}
