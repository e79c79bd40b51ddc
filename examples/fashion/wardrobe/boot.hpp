// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/shoe_parts.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class BootKind { ankle, chelsea, lace_up, combat, buckled, zipped, knee, western };
enum class BootHeel { low, stacked, block, stiletto, platform };

namespace detail {

/// Back, opening and front of a boot with a shaft of this height over the heel.
inline Upper boot_upper(const Last& last, double shaft, BootKind kind, double toe, Toe shape, Dice& dice) {
    const double width = dice.between(0.34, 0.41), x = dice.between(0.03, 0.065), lean = dice.between(-0.02, 0.04),
                 base = last.top(0.1);
    const bool tall = shaft > 0.8;
    const double wide = width * (tall ? dice.between(1.0, 1.3) : dice.between(0.93, 1.1));
    const Point left{x + lean, base + shaft + dice.between(-0.035, 0.015)},
        right{x + lean + wide, base + shaft + dice.between(-0.02, kind == BootKind::combat ? 0.08 : 0.045)};
    Path back{last.over(0.035, 0), {0.012, base + 0.08}, {x + 0.012, base + std::min(shaft * 0.5, 0.27)}};
    if (tall) back.push_back({x - 0.015, base + shaft * 0.55});
    back.push_back({x + lean * 0.5 - (tall ? 0.015 : 0), base + shaft * 0.78});
    back.push_back(left);
    const double arc = dice.between(-0.035, 0.02);
    Upper upper;
    upper.opening = kind == BootKind::western
                        ? curve({left, mix(left, right, 0.25) + Point{0, 0.05}, mix(left, right, 0.5) + Point{0, -0.02},
                                 mix(left, right, 0.75) + Point{0, 0.05}, right})
                        : curve({left, mix(left, right, 0.5) + Point{0, arc}, right});
    const double instep = x + width + 0.01,
                 bend = std::max(last.top(0.42) + 0.22 + dice.between(-0.02, 0.05), base + std::min(shaft * 0.32, 0.27));
    Path front{right};
    if (tall) front.push_back({x + width * 1.08 + lean * 0.5, base + shaft * 0.66});
    if (shaft > 0.3) front.push_back({instep + lean * 0.3, std::lerp(bend, right.y, tall ? 0.2 : 0.42)});
    front.push_back({std::max(0.44, instep + 0.035), bend});
    front.push_back(last.over(0.57, 0.2 + dice.between(-0.015, 0.02)));
    front.push_back(last.over(0.72, toe + 0.035));
    front.push_back(last.over(0.86, toe));
    front.push_back(last.over(0.94, toe * (shape == Toe::pointed ? 0.56 : 0.8)));
    front.push_back(last.over(0.985, toe * (shape == Toe::pointed ? 0.22 : 0.45)));
    front.push_back(last.over(0.99, 0));
    upper.front = curve(front);
    upper.outline = join(curve(back), upper.opening, upper.front, reversed(last.bed(0.05, 0.985)));
    return upper;
}

/// The sole and heel under a boot; below the upper, so painted first, or after it for a welt.
inline void boot_sole(Drawing& boot, const Last& last, BootHeel heel, Colour rubber, bool lugs, Dice& dice) {
    const double from = heel == BootHeel::low ? 0.01 : 0.018;
    if (heel == BootHeel::low) {
        const int sole = boot.fill(lugs || last.heel < 0.03 ? last.wedge(0.0, 0.998) : last.slab(0.012, 0.996, last.sole * 0.9),
                                   smooth(rubber, dice), {.edge = 0.2, .round = 0.015, .relief = 0.2});
        if (lugs) {
            const double pitch = dice.between(0.05, 0.1), high = last.sole * dice.between(0.3, 0.55),
                         gap = dice.between(0.25, 0.45);
            for (double x = 0.04; x < 0.9; x += pitch)
                boot.fill(
                    {{x, -0.005}, {x + pitch * gap, -0.005}, {x + pitch * gap * 0.8, high}, {x + pitch * gap * 0.2, high}},
                    dice.chance(0.4) ? paper * 0.96 : against(rubber, 0.4), {.alpha = 0.9, .inside = sole});
        }
        if (dice.chance(0.45))
            boot.line(last.bed(0, 1, -last.sole * 0.35), 0.006, against(rubber, 0.4), {.alpha = 0.7, .inside = sole});
    } else {
        boot.fill(last.slab(from, 0.99, std::max(0.018, last.sole)), smooth(rubber, dice), {.edge = 0.2, .round = 0.012});
    }
    if (dice.chance(0.5))
        boot.line(last.bed(from, 0.993, -0.004), 0.009, dice.chance(0.5) ? lighter(rubber, 0.3) : dyed(dye::tan, dice),
                  {.alpha = 0.85});
}

inline void boot_heel(Drawing& boot, const Last& last, BootHeel heel, const Fabric& fabric, Dice& dice) {
    switch (heel) {
        case BootHeel::stiletto: {
            const double width = dice.between(0.12, 0.18), tip = dice.between(0.02, 0.045), lean = dice.between(0.01, 0.045);
            stiletto(boot, last, fabric, 0.03, width, tip, lean);
            break;
        }
        case BootHeel::low: {
            if (last.heel < 0.03) break;
            const double width = dice.between(0.22, 0.3);
            block_heel(boot, last, fabric, 0.015, width, dice.between(0.88, 1.0), dice);
            break;
        }
        default: {
            const double width = dice.between(0.18, 0.28);
            block_heel(boot, last, fabric, dice.between(0.015, 0.04), width, dice.between(0.68, 1.0), dice);
        }
    }
}

inline void boot_fastening(Drawing& boot, const Last& last, const Upper& upper, int body, BootKind kind, Colour leather_colour,
                           double shaft, Dice& dice) {
    const Point left = upper.opening.front(), right = upper.opening.back();
    const double base = last.top(0.2);
    if (kind == BootKind::chelsea) {
        const Colour gore = dice.chance(0.7) ? darker(leather_colour, dice.between(0.6, 0.95))
                                             : dyed(dice.any(dye::black, dye::brown, dye::grey), dice);
        const double x = mix(left, right, dice.between(0.45, 0.62)).x, high = std::max(left.y, right.y) + 0.06,
                     low = last.top(0.3) + dice.between(0.12, 0.22), k = dice.between(0.055, 0.09);
        boot.fill(curve({{x - k, high},
                         {x - k * 0.85, (low + high) / 2},
                         {x - k * 0.45, low},
                         {x + k * 0.45, low},
                         {x + k * 0.8, (low + high) / 2},
                         {x + k, high}}),
                  ribbed(smooth(gore, dice), dice.between(2, 3.5), 0, 0.2), {.edge = 0.15, .round = 0.01, .inside = body});
    }
    if (kind == BootKind::lace_up || kind == BootKind::combat) {
        const Colour lace = dice.chance(0.75) ? darker(leather_colour, 0.5)
                                              : dice.any(dyed(dye::tan, dice), dyed(dye::white, dice), dyed(dye::yellow, dice),
                                                         dyed(dye::red, dice));
        const double end = shaft > 0.55 ? 0.62 : 0.55;
        const Path instep = part_of(upper.front, 0.03, end);
        const double reach = dice.between(0.05, 0.085);
        boot.line(moved(instep, {-reach - 0.012, -0.02}), 0.008, against(leather_colour, 0.4), {.alpha = 0.7, .inside = body});
        laces(boot, instep,
              {dice.whole(5, 9), reach, dice.between(0.011, 0.017), dice.between(0.1, 0.4), dice.chance(0.6), dice.chance(0.4),
               lace, dice.chance(0.6) ? metal(dice) : against(leather_colour, 0.5)},
              dice);
        if (dice.chance(0.35)) bow(boot, right + Point{0, -0.03}, 0.04, smooth(lace, dice));
    }
    if (kind == BootKind::buckled || dice.chance(0.06)) {
        const Colour clasp = metal(dice);
        const int count = dice.whole(1, 3);
        for (int i = 0; i < count; ++i) {
            const double y = base + 0.14 + i * dice.between(0.07, 0.09);
            strap(boot, {{0.0, y - 0.02}, {0.25, y}, {0.55, y + 0.03}}, 0.034, smooth(darker(leather_colour, 0.85), dice),
                  body);
            buckle(boot, {dice.between(0.16, 0.24), y - 0.005}, 0.026, clasp);
        }
    }
    if (kind == BootKind::zipped || dice.chance(0.08)) {
        const double x = mix(left, right, dice.between(0.3, 0.7)).x;
        const Colour zip = dice.chance(0.5) ? metal(dice) : against(leather_colour, 0.4);
        boot.line(curve({{x + 0.02, base + 0.06}, {x - 0.01, base + shaft * 0.55}, {x, base + shaft + 0.05}}), 0.011, zip,
                  {.inside = body});
    }
    if (kind == BootKind::western) {
        for (int i = 0; i < 3; ++i) {
            const double d = 0.02 * i, y = base + shaft * 0.35;
            boot.stitch(curve({{0.08 + d, base + shaft * 0.9},
                               {0.14 + d, y + 0.05},
                               {0.22, y - d},
                               {0.3 - d, y + 0.05},
                               {0.36 - d, base + shaft * 0.9}}),
                        0.006, against(leather_colour, 0.5), {.inside = body}, 0.012, 0.004);
        }
    }
}

}  // namespace detail

/// A boot from the side: from the ankle to the knee.
inline Drawing boot(const BootRates& rates, Dice& dice) {
    Drawing boot;
    const auto kind = static_cast<BootKind>(dice.weighted(rates.kinds));
    auto heel = static_cast<BootHeel>(dice.weighted(
        kind == BootKind::combat || kind == BootKind::lace_up || kind == BootKind::chelsea ? rates.flat_heels : rates.heels));
    const std::array<Range, 5> heights{{{0.0, 0.05}, {0.05, 0.13}, {0.13, 0.34}, {0.22, 0.44}, {0.12, 0.26}}};
    const double lift = dice.of(heights[static_cast<std::size_t>(heel)]);
    const bool lugs = kind == BootKind::combat ? dice.chance(0.85) : heel == BootHeel::low && dice.chance(rates.lugs);
    double sole = heel == BootHeel::low || heel == BootHeel::stacked ? dice.between(0.025, 0.055) : dice.between(0.016, 0.03);
    if (lugs) sole = dice.between(0.06, 0.13);
    if (heel == BootHeel::platform) sole = dice.between(0.06, 0.12);
    const Last last{lift, sole, dice.between(0, 0.03), 0.68, 0.17};
    const Toe shape = dice.chance(rates.pointed) ? Toe::pointed : dice.chance(0.12) ? Toe::square : Toe::round;
    const double toe = shape == Toe::pointed ? dice.between(0.095, 0.13) : dice.between(0.115, 0.155);
    const double shaft = dice.of(kind == BootKind::knee      ? rates.knee_shaft
                                 : kind == BootKind::western ? rates.western_shaft
                                 : kind == BootKind::combat  ? rates.combat_shaft
                                                             : rates.shaft);
    const Colour colour = pick(rates.palette, dice, 10);
    const Colour rubber = dice.chance(0.65) ? dyed(dye::black, dice, 8)
                                            : dice.any(dyed(dye::dark_brown, dice), dyed(dye::tan, dice),
                                                       dyed(dye::brown, dice), dyed(colour, dice), dyed(dye::white, dice, 6));
    const Fabric heel_fabric = dice.chance(0.2)   ? ribbed(smooth(dyed(dye::brown, dice), dice), 3, 1.57, 0.25)
                               : dice.chance(0.6) ? smooth(rubber, dice)
                                                  : leather(darker(colour, dice.between(0.8, 1)), dice);
    ground_shadow(boot, 0.02, 0.97, dice.between(0, 0.35));
    const Upper upper = detail::boot_upper(last, shaft, kind, toe, shape, dice);
    if (dice.chance(0.6))
        lining(boot, upper, smooth(dice.any(Colour{90, 70, 55}, Colour{200, 180, 150}, darker(colour)), dice), 0.018);
    detail::boot_heel(boot, last, heel, heel_fabric, dice);
    const Fabric skin =
        kind == BootKind::knee && dice.chance(0.4) ? suede(colour, dice) : upper_fabric(colour, rates.bold, dice);
    const int body = boot.fill(
        upper.outline, skin,
        {.edge = dice.between(0.2, 0.42), .round = dice.between(0.03, 0.06), .relief = 0.2, .gloss = dice.between(0, 1.7)});
    for (int i = dice.whole(2, 7); i > 0; --i) {  // creases where the ankle bends
        const double x = dice.between(0.28, 0.6), y = last.top(x) + dice.between(0.08, 0.3);
        boot.fold(curve({{x, y},
                         {x + 0.06, y + dice.between(0.0, 0.06)},
                         {x + dice.between(0.05, 0.14), y + dice.between(0.02, 0.12)}}),
                  0.016, dice.between(-0.35, 0.3), body, 0.008);
    }
    if (dice.chance(0.6)) {  // the seam between vamp and shaft
        const double x = dice.between(0.3, 0.42);
        boot.line(curve({last.over(x, 0), last.over(x + 0.04, 0.13), last.over(x - 0.03, 0.3)}), 0.006, against(colour, 0.4),
                  {.alpha = 0.7, .inside = body});
    }
    if (dice.chance(0.3))
        boot.line(curve({last.over(0.74, -0.01), last.over(0.76, 0.09), last.over(0.72, 0.22)}), 0.007, against(colour, 0.35),
                  {.alpha = 0.8, .inside = body});
    detail::boot_fastening(boot, last, upper, body, kind, colour, shaft, dice);
    boot.line(upper.opening, 0.01, against(colour, 0.3), {.alpha = 0.6, .inside = body});
    detail::boot_sole(boot, last, heel, rubber, lugs, dice);
    if (dice.chance(rates.studded)) studs(boot, last.bed(0.03, 0.96, 0.012), dice.whole(12, 26), 0.01, metal(dice));
    if (dice.chance(0.3)) pull_loop(boot, upper.opening.front(), dice.chance(0.5) ? colour : dyed(dye::beige, dice), dice);
    return boot;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
