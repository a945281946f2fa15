use crate::{Matrix, QUIET_ZONE};
use std::fmt::Write;
use zeroize::Zeroizing;

/// Room for one run of modules in the path, `M177 177h177v1h-177z` at the longest.
const RUN_BYTES: usize = 20;
/// Room for everything but path and label.
const FRAME_BYTES: usize = 320;

impl Matrix {
    /// The code with its quiet zone as an SVG element that scales to any size; `label` says to a screen reader what
    /// the picture is.
    ///
    /// Black on white whatever the page's theme, since many readers do not take light on dark.
    pub fn svg(&self, label: &str) -> Zeroizing<String> {
        let runs = || (0..self.size()).flat_map(|y| self.runs(y));
        let label = escaped(label);
        // One allocation: growing would leave copies behind that nobody wipes.
        let mut svg =
            Zeroizing::new(String::with_capacity(FRAME_BYTES + label.len() + RUN_BYTES * runs().count()));
        let side = self.framed_size();
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path fill=\"#000\" d=\""
        );
        for (x, y, length) in runs() {
            let _ = write!(svg, "M{} {}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE);
        }
        svg.push_str("\"/></svg>");
        svg
    }

    /// The dark runs of one row: column, row, length.
    fn runs(&self, y: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let start = move |&x: &usize| self.is_dark(x, y) && !(x > 0 && self.is_dark(x - 1, y));
        (0..self.size())
            .filter(start)
            .map(move |x| (x, y, (x..).take_while(|&end| self.is_dark(end, y)).count()))
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
