//! The kinds of damage and how much of each.

use crate::scene::{Chance, Damage};

/// Side of a code with its quiet zone, in pixels of the frame: it is whole at every angle.
const SIDE: f32 = 340.0;

/// One kind of damage: its name, and what a level from 0 to 3 of it does to a picture without.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// What the levels are, for people.
    pub(crate) levels: &'static str,
    pub(crate) apply: fn(&mut Damage, usize, &mut Chance),
}

/// Levels of each kind.
pub(crate) const LEVELS: usize = 4;

pub(crate) const KINDS: [Kind; 10] = [
    Kind {
        name: "small",
        levels: "4, 3, 2.2, 1.7 pixels a module",
        apply: |damage, level, _| damage.module_pixels = [4.0, 3.0, 2.2, 1.7][level],
    },
    Kind {
        name: "rotation",
        levels: "up to 15°, 30°, 45°, any angle",
        apply: |damage, level, chance| {
            let (low, high) = [(3.0, 15.0), (15.0, 30.0), (30.0, 45.0), (45.0, 360.0)][level];
            damage.turn = chance.between(low, high).to_radians();
        },
    },
    Kind {
        name: "blur",
        levels: "deviation 0.25, 0.4, 0.55, 0.7 modules",
        apply: |damage, level, _| damage.blur = [0.25, 0.4, 0.55, 0.7][level],
    },
    Kind {
        name: "shake",
        levels: "over 0.6, 1, 1.4, 1.8 modules",
        apply: |damage, level, _| damage.shake = [0.6, 1.0, 1.4, 1.8][level],
    },
    Kind {
        name: "noise",
        levels: "deviation 15, 30, 50, 70 of 255 levels",
        apply: |damage, level, _| damage.noise = [15.0, 30.0, 50.0, 70.0][level],
    },
    Kind {
        name: "perspective",
        levels: "tilted by 20°, 35°, 48°, 58°",
        apply: |damage, level, _| damage.tilt = [20_f32, 35.0, 48.0, 58.0][level].to_radians(),
    },
    Kind {
        name: "inversion",
        levels: "light on dark, blur 0.1, 0.2, 0.3, 0.4 modules",
        apply: |damage, level, _| {
            damage.inverted = true;
            damage.blur = [0.1, 0.2, 0.3, 0.4][level];
        },
    },
    Kind {
        name: "low light",
        levels: "white at 70, 45, 30, 22 of 255, black at 8",
        apply: |damage, level, _| damage.levels = (8.0, [70.0, 45.0, 30.0, 22.0][level]),
    },
    Kind {
        name: "uneven light",
        levels: "½, 0.3, 0.15, 0.08 of the light at the far end",
        apply: |damage, level, _| damage.far_light = [0.5, 0.3, 0.15, 0.08][level],
    },
    Kind {
        name: "in the hand",
        levels: "some of all",
        apply: |damage, level, chance| {
            let much = (level + 1) as f32;
            damage.turn = chance.between(-8.0 * much, 8.0 * much).to_radians();
            damage.tilt = (10.0 * much).to_radians();
            damage.blur = 0.08 * much;
            damage.shake = 0.2 * much;
            damage.noise = 4.0 * much;
            damage.levels = (20.0, 220.0 - 35.0 * much);
            damage.far_light = 1.0 - 0.17 * much;
        },
    },
];

/// A sharp, straight, well-lit picture of a code with this many modules on a side.
pub(crate) fn undamaged(modules: usize, chance: &mut Chance) -> Damage {
    let module_pixels = SIDE * chance.between(0.92, 1.0) / (modules + 2 * countersign_qr::QUIET_ZONE) as f32;
    Damage {
        module_pixels,
        turn: chance.between(-2.0, 2.0).to_radians(),
        tilt: 0.0,
        // The lens's own.
        blur: 0.5 / module_pixels,
        shake: 0.0,
        noise: 3.0,
        levels: (20.0, 225.0),
        far_light: 1.0,
        inverted: false,
    }
}
