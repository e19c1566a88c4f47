//! Core dumps off: the memory of this process holds lines that may name patients, and a dump would leave them on
//! the disk in the clear, where no key and no bound of ours reaches.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{forbid, is_forbidden};
#[cfg(windows)]
pub use windows::{forbid, is_forbidden};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_forbidden_it_stays_so() {
        assert!(!is_forbidden(), "or this test shows nothing");
        forbid().unwrap();
        assert!(is_forbidden());
        #[cfg(unix)]
        {
            use rustix::process::{Resource, Rlimit, setrlimit};
            let more = Rlimit { current: Some(1), maximum: Some(0) };
            assert!(setrlimit(Resource::Core, more).is_err(), "nothing above the hard limit");
        }
    }
}
