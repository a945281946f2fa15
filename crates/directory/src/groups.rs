//! Who is in which group, through however many groups.

/// Every group that somebody is in who is directly in these: those above them too, each once, in order. Groups that
/// contain each other in a circle are each other's members, and no trap.
pub(crate) fn all(direct: impl IntoIterator<Item = usize>, above: &[Vec<usize>]) -> Vec<usize> {
    let mut open: Vec<usize> = direct.into_iter().collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(group) = open.pop() {
        if seen.insert(group) {
            open.extend(above.get(group).into_iter().flatten());
        }
    }
    seen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_above_count_and_circles_end() {
        // 0 is in 1, which is in 2 and 3; 3 is in 1 again. 4 is alone.
        let above = vec![vec![1], vec![2, 3], vec![], vec![1], vec![]];
        assert_eq!(all([0], &above), [0, 1, 2, 3]);
        assert_eq!(all([4, 4], &above), [4]);
        assert_eq!(all([3], &above), [1, 2, 3]);
        assert!(all([], &above).is_empty());
        // A chain that recursion would not survive.
        let long: Vec<Vec<usize>> = (1..100_000).map(|above| vec![above]).collect();
        assert_eq!(all([0], &long).len(), 100_000);
    }
}
