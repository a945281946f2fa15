//! Two texts compared line by line.

use serde::Serialize;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// It is in both.
    Kept,
    /// It is in the second alone.
    Added,
    /// It is in the first alone.
    Removed,
}

/// A line, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What became of it.
    pub sign: Sign,
    /// Its text.
    pub text: String,
}

/// Cells of the table that is filled at most. Beyond that, what differs is shown as removed and added as a whole.
const MOST: usize = 4_000_000;

/// The lines of both texts, with as many kept as can be.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = before.iter().zip(&after).take_while(same).count();
    let rest = (before.len().min(after.len())) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(same).count();
    let line = |sign, text: &&str| Line { sign, text: (*text).to_owned() };
    let mut out: Vec<Line> = before.iter().take(head).map(|text| line(Sign::Kept, text)).collect();
    let middle = |all: &[&'_ str]| {
        all.iter().skip(head).take(all.len() - head - tail).copied().map(str::to_owned).collect()
    };
    let (a, b): (Vec<String>, Vec<String>) = (middle(&before), middle(&after));
    out.extend(middle_lines(&a, &b));
    out.extend(before.iter().skip(before.len() - tail).map(|text| line(Sign::Kept, text)));
    out
}

fn middle_lines(a: &[String], b: &[String]) -> Vec<Line> {
    let width = b.len() + 1;
    let mut longest =
        vec![0u32; if a.len().saturating_mul(width) > MOST { 0 } else { (a.len() + 1) * width }];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
    if !longest.is_empty() {
        for i in (0..a.len()).rev() {
            for j in (0..b.len()).rev() {
                let value = if a.get(i) == b.get(j) {
                    at(&longest, i + 1, j + 1) + 1
                } else {
                    at(&longest, i + 1, j).max(at(&longest, i, j + 1))
                };
                if let Some(cell) = longest.get_mut(i * width + j) {
                    *cell = value;
                }
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    loop {
        match (a.get(i), b.get(j)) {
            (Some(one), Some(other)) if one == other && !longest.is_empty() => {
                out.push(Line { sign: Sign::Kept, text: one.clone() });
                (i, j) = (i + 1, j + 1);
            }
            (Some(one), Some(_)) if at(&longest, i + 1, j) >= at(&longest, i, j + 1) => {
                out.push(Line { sign: Sign::Removed, text: one.clone() });
                i += 1;
            }
            (_, Some(other)) => {
                out.push(Line { sign: Sign::Added, text: other.clone() });
                j += 1;
            }
            (Some(one), None) => {
                out.push(Line { sign: Sign::Removed, text: one.clone() });
                i += 1;
            }
            (None, None) => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let sign = |line: &Line| match line.sign {
            Sign::Kept => ' ',
            Sign::Added => '+',
            Sign::Removed => '-',
        };
        lines(before, after).iter().map(|line| format!("{}{}|", sign(line), line.text)).collect()
    }

    #[test]
    fn what_is_in_both_is_kept_and_the_rest_is_removed_or_added() {
        for (before, after, expected) in [
            ("", "", ""),
            ("a\nb\n", "a\nb\n", " a| b|"),
            ("", "a\nb", "+a|+b|"),
            ("a\nb", "", "-a|-b|"),
            ("a\nb\nc", "a\nx\nc", " a|-b|+x| c|"),
            ("a\nb\nc\nd", "b\nd\ne", "-a| b|-c| d|+e|"),
            ("a\na", "a", " a|-a|"),
            ("a", "a\na", " a|+a|"),
        ] {
            assert_eq!(shown(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn texts_too_long_to_be_compared_are_replaced_as_a_whole() {
        let text = |from: u32| (from..from + 3_000).map(|n| format!("{n}\n")).collect::<String>();
        let both = lines(&text(1), &text(2));
        let count = |sign| both.iter().filter(|line| line.sign == sign).count();
        assert_eq!((count(Sign::Removed), count(Sign::Added)), (3_000, 3_000));
    }
}
