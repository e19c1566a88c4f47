//! National identifiers of persons, one file per country.

mod br;
mod cn;
mod de;
mod es;
mod fr;
mod in_;
mod it;
mod jp;
mod kr;
mod nl;
mod pl;
mod se;
mod tr;
mod uk;
mod us;

use super::{Detector, Strength, checksum, dates, facts};

pub(super) const ROWS: &[&[Detector]] = &[
    us::ROWS,
    uk::ROWS,
    cn::ROWS,
    in_::ROWS,
    de::ROWS,
    fr::ROWS,
    it::ROWS,
    es::ROWS,
    nl::ROWS,
    pl::ROWS,
    se::ROWS,
    tr::ROWS,
    br::ROWS,
    kr::ROWS,
    jp::ROWS,
];
