//! The code of an entity, put together from its county, district and school.

/// The code of an entity from its county, district and school; whether leading zeros were put back.
pub(super) fn code_of(parts: [&[u8]; 3]) -> Option<([u8; 14], bool)> {
    const WIDTHS: [usize; 3] = [2, 5, 7];
    let (mut code, mut start, mut is_repaired) = ([b'0'; 14], 0, false);
    for (part, width) in parts.into_iter().zip(WIDTHS) {
        if part.is_empty() || part.len() > width || !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        is_repaired |= part.len() < width;
        let end = start + width;
        code.get_mut(end - part.len()..end)?.copy_from_slice(part);
        start = end;
    }
    Some((code, is_repaired))
}
