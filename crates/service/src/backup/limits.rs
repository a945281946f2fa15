/// How much the boxes may hold, and how much one network may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Generations kept of each box, at least 1.
    pub generations: u32,
    /// Boxes made from one network in a day.
    pub new_boxes_per_day: u64,
    /// Bytes written from one network in a day.
    pub bytes_per_day: u64,
    /// Bytes of all boxes together.
    pub total_bytes: u64,
    /// Wrong names and keys from one network in an hour.
    pub tries_per_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            generations: 10,
            new_boxes_per_day: 200,
            bytes_per_day: 512 << 20,
            total_bytes: 10 << 30,
            tries_per_hour: 30,
        }
    }
}
