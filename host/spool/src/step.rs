//! Iterators that read one transaction per step: they may be held for long without keeping old pages alive.

use crate::SpoolError;

/// Iterates by asking `next` for what follows a key, until it gives nothing or fails.
pub(crate) fn steps<K, T>(
    mut next: impl FnMut(Option<&K>) -> Result<Option<(K, T)>, SpoolError>,
) -> impl Iterator<Item = Result<T, SpoolError>> {
    let mut last = None;
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        match next(last.as_ref()) {
            Ok(Some((key, item))) => {
                last = Some(key);
                Some(Ok(item))
            }
            Ok(None) => {
                over = true;
                None
            }
            Err(error) => {
                over = true;
                Some(Err(error))
            }
        }
    })
}
