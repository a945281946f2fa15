//! Sign-ins by day and outcome, as a picture that needs no script. Color is never the only sign: what was refused hangs
//! below the line, what was let through stands above it, and the table beside it has the numbers.

use service::overview::Day;
use std::fmt::Write;

const WIDTH: u64 = 560;
const ABOVE: u64 = 96;
const BELOW: u64 = 48;
const GAP: u64 = 6;

/// The picture.
pub(super) fn svg(days: &[Day]) -> String {
    let most = days.iter().map(|day| day.approved.max(day.refused * ABOVE / BELOW)).max().unwrap_or(0).max(1);
    let step = WIDTH / (days.len().max(1) as u64);
    let height = ABOVE + BELOW;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Sign-ins of the last {} days: let \
         through above the line, refused below it\">",
        days.len()
    );
    for (number, day) in days.iter().enumerate() {
        let x = number as u64 * step + GAP / 2;
        let width = step.saturating_sub(GAP).max(1);
        // At least a line, so that one among a thousand is seen.
        let tall = |count: u64, room: u64, of: u64| {
            (count * room / of.max(1)).max(u64::from(count > 0) * 2).min(room)
        };
        let up = tall(day.approved, ABOVE, most);
        let down = tall(day.refused, BELOW, (most * BELOW / ABOVE).max(1));
        bar(&mut svg, "let-through", x, ABOVE - up, width, up);
        bar(&mut svg, "refused", x, ABOVE, width, down);
    }
    let _ = write!(svg, "<line x1=\"0\" y1=\"{ABOVE}\" x2=\"{WIDTH}\" y2=\"{ABOVE}\"/></svg>");
    svg
}

fn bar(svg: &mut String, class: &str, x: u64, y: u64, width: u64, height: u64) {
    if height > 0 {
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"2\"/>"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(approved: u64, refused: u64) -> Day {
        Day { approved, refused, ..Day::default() }
    }

    #[test]
    fn every_bar_is_within_the_picture_and_one_among_many_is_seen() {
        for days in [
            vec![],
            vec![day(0, 0)],
            vec![day(1, 0), day(0, 1)],
            vec![day(100_000, 1), day(1, 100_000), day(3, 4)],
            vec![day(u64::from(u32::MAX), 0)],
        ] {
            let svg = svg(&days);
            let bars: Vec<_> = svg.split("<rect ").skip(1).collect();
            let wanted =
                days.iter().map(|d| u64::from(d.approved > 0) + u64::from(d.refused > 0)).sum::<u64>();
            assert_eq!(bars.len() as u64, wanted, "{svg}");
            for bar in bars {
                let number = |name: &str| {
                    let (_, rest) = bar.split_once(&format!("{name}=\"")).unwrap();
                    rest.split('"').next().unwrap().parse::<u64>().unwrap()
                };
                assert!(number("y") + number(" height") <= ABOVE + BELOW, "{bar}");
                assert!(number(" height") >= 2 && number("x") + number(" width") <= WIDTH, "{bar}");
            }
        }
    }
}
