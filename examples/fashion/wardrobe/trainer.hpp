// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/rates/shoes.hpp"
#include "fashion/wardrobe/trainer_logo.hpp"
#include "fashion/wardrobe/trainer_sole.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

enum class TrainerKind { court, runner, chunky, high, plimsoll, slip_on, sock };

/// The upper of a high trainer, laced to the ankle, and the point where the tongue begins.
inline Upper high_upper(const Last& last, double shaft, double front_x, double toe, Dice& dice) {
    const double lean = dice.between(0, 0.05), flat = dice.between(-0.03, 0.05);
    const Path back = curve({last.over(0.035, 0),
                             last.over(0.008, 0.1),
                             {0.03 + lean * 0.5, last.top(0) + shaft * 0.62},
                             {0.028 + lean, last.top(0) + shaft}});
    const Point heel = back.back(), front{front_x, last.top(0.1) + shaft + flat};
    Upper upper;
    upper.opening = curve({heel, {mix(heel, front, 0.45).x, mix(heel, front, 0.45).y - dice.between(-0.01, 0.05)}, front});
    upper.front = curve({front,
                         {front_x + dice.between(0.03, 0.07), last.top(0.4) + shaft * 0.62 + 0.04},
                         last.over(0.58, 0.2 + 0.1 * (shaft - 0.3)),
                         last.over(0.72, toe + 0.045),
                         last.over(0.86, toe),
                         last.over(0.94, toe * 0.82),
                         last.over(0.985, toe * 0.42),
                         last.over(0.985, 0)});
    upper.outline = join(back, upper.opening, upper.front, reversed(last.bed(0.04, 0.985)));
    return upper;
}

/// The panels that a trainer is sewn of: eyestay, counter, tab, mudguard, toe cap, quarters.
inline void trainer_panels(Drawing& shoe, const Last& last, const Upper& upper, int body, Colour main, Colour second,
                           const Palette& palette, bool busy, double bold, Dice& dice) {
    const auto panel = [&](const Path& outline, Colour colour) {
        shoe.line(join(outline, Path{outline.front()}), 0.01, Colour{},
                  {.soften = 0.006, .shade = colour.luminance() > 170 ? 0.08 : 0.22, .inside = body});
        shoe.fill(outline, upper_fabric(colour, bold * 0.5, dice), {.edge = 0.12, .round = 0.01, .inside = body});
        if (dice.chance(0.35)) shoe.stitch(outline, 0.004, against(colour, 0.2), {.alpha = 0.8, .inside = body}, 0.008, 0.005);
    };
    const auto tint = [&](double other) {
        return dice.chance(other) ? (dice.chance(0.5) ? second : pick(palette, dice))
                                  : darker(main, main.luminance() > 200 ? dice.between(0.94, 1.0) : dice.between(0.84, 0.99));
    };
    const double other = busy ? 0.75 : 0.3, front_y = upper.front.front().y;
    if (busy) {
        for (int i = dice.whole(2, 5); i > 0; --i) {
            const double x = dice.between(0.05, 0.8), y = last.top(x) + dice.between(0, 0.13), w = dice.between(0.08, 0.24);
            panel(loop({{x - w, y - dice.between(0.01, 0.1)},
                        {x - w * 0.3, y + dice.between(0.03, 0.13)},
                        {x + w, y + dice.between(-0.05, 0.08)},
                        {x + w * 0.2, y - dice.between(0.02, 0.1)}}),
                  tint(other));
        }
    }
    if (dice.chance(busy ? 0.7 : 0.5)) {  // counter
        const double w = dice.between(0.14, 0.26), h = dice.between(0.1, 0.2);
        panel(join(curve({last.over(-0.05, h + 0.02), last.over(w * 0.5, h), last.over(w, 0.04), last.over(w + 0.06, -0.02)}),
                   Path{last.over(-0.05, -0.02)}),
              tint(other));
    }
    if (dice.chance(0.5)) {  // tab at the heel
        const double y = upper.opening.front().y, h = dice.between(0.05, 0.12);
        panel({{-0.05, y + 0.1}, {0.1, y + 0.05}, {dice.between(0.06, 0.12), y - h}, {-0.05, y - h - 0.02}},
              dice.chance(0.65) ? pick(palette, dice) : second);
    }
    if (dice.chance(busy ? 0.8 : 0.45)) {  // mudguard or toe cap
        const double x = dice.between(0.66, 0.84), h = dice.between(0.06, 0.2);
        panel(join(curve({last.over(x - 0.1, -0.02), last.over(x, h * 0.7), last.over(x + 0.1, h), last.over(1.03, h * 0.8)}),
                   Path{last.over(1.03, -0.03)}),
              tint(other));
    }
    if (dice.chance(0.6)) {  // eyestay along the laces
        const double w = dice.between(0.05, 0.1);
        const Path edge = part_of(upper.front, 0, 0.42);
        Path inner = moved(edge, {-w, -w * dice.between(0.3, 0.7)});
        panel(join(edge, Path{edge.back() + Point{0.03, 0}}, reversed(inner)), tint(other * 0.8));
    }
    if (!busy && dice.chance(0.4)) {  // a vamp with holes
        const Point from = at(upper.front, 0.45);
        for (int i = 0; i < 9; ++i) {
            shoe.dot({from.x + 0.03 + 0.025 * (i % 5), last.top(0.75) + 0.1 - 0.02 * (i / 5) - 0.004 * i}, 0.0045, 0.004,
                     against(main, 0.35), {.inside = body});
        }
    }
    for (int i = dice.whole(1, 3); i > 0; --i) {  // seams
        const double x = dice.between(0.25, 0.7), lean = dice.between(-0.1, 0.08);
        const Path seam =
            curve({last.over(x, -0.01), last.over(x + lean * 0.6, 0.09), {x + lean, std::min(front_y, last.top(x) + 0.24)}});
        shoe.line(seam, 0.006, against(main, 0.3), {.alpha = 0.6, .inside = body});
    }
}

/// A trainer from the side.
inline Drawing trainer(const TrainerRates& rates, Dice& dice) {
    Drawing shoe;
    const auto kind = static_cast<TrainerKind>(dice.weighted(rates.kinds));
    const bool busy = kind == TrainerKind::runner || kind == TrainerKind::chunky,
               high =
                   kind == TrainerKind::high || (kind == TrainerKind::sock && dice.chance(0.6)) || (busy && dice.chance(0.08));
    Colour main = pick(rates.palette, dice), second = dice.chance(rates.two_tone) ? pick(rates.palette, dice) : main;
    Colour rubber =
        dice.chance(rates.white_sole)
            ? dyed(dye::white, dice, 7)
            : pick({{dye::black, 3}, {dye::tan, 1}, {dye::brown, 0.4}, {dye::beige, 0.7}, {dye::cream, 1}, {dye::grey, 0.4}},
                   dice);
    if (dice.chance(rates.all_white)) main = second = dyed(dye::white, dice, 7);
    if (dice.chance(rates.one_colour)) rubber = second = main;
    const std::array<Range, 7> soles{
        {{0.055, 0.095}, {0.08, 0.13}, {0.11, 0.2}, {0.06, 0.12}, {0.06, 0.1}, {0.055, 0.1}, {0.06, 0.14}}};
    double sole = dice.of(soles[static_cast<std::size_t>(kind)]);
    if (dice.chance(rates.platform)) sole += dice.between(0.02, 0.06);
    const Last last{busy ? dice.between(0.01, 0.06) : dice.between(0, 0.025), sole,
                    busy ? dice.between(0.02, 0.06) : dice.between(0, 0.035), 0.7, 0.1};
    const double toe = dice.between(0.088, 0.135);
    ground_shadow(shoe, 0, 0.97, dice.between(0, 0.35));
    Upper upper;
    if (high) {
        upper = high_upper(last, dice.of(rates.shaft), dice.between(0.35, 0.45), toe, dice);
    } else {
        upper = low_upper(last, {.collar = dice.of(rates.collar),
                                 .dip = dice.between(0.03, 0.085),
                                 .vamp_x = dice.between(0.34, 0.44),
                                 .vamp = dice.of(rates.vamp),
                                 .toe = toe,
                                 .lean = dice.between(0, 0.03),
                                 .tab = busy || dice.chance(0.4) ? dice.between(0, 0.06) : 0});
    }
    const bool laced = kind != TrainerKind::slip_on && !(kind == TrainerKind::sock && dice.chance(0.6));
    const Point top = upper.front.front();
    lining(shoe, upper, dice.chance(0.5) ? lighter(main, 0.3) : dice.chance(0.5) ? darker(main) : second, high ? 0.02 : 0.035);
    if (laced) {  // tongue
        const double up = dice.between(0.035, 0.1), back = dice.between(0.04, 0.075);
        shoe.fill(loop({top + Point{-back + 0.01, -0.06}, top + Point{-back - 0.01, up * 0.5}, top + Point{-back + 0.02, up},
                        top + Point{0.02, up * 0.5}, top + Point{0.1, -0.06}}),
                  upper_fabric(dice.chance(0.6) ? main : second, 0.03, dice), {.edge = 0.3, .round = 0.015, .relief = 0.2});
    }
    const Fabric fabric = busy && dice.chance(0.5) ? canvas(main, dice) : upper_fabric(main, rates.bold, dice);
    const int body =
        shoe.fill(upper.outline, fabric, {.edge = 0.3, .round = 0.035, .relief = 0.25, .gloss = dice.between(0, 0.8)});
    if (kind != TrainerKind::sock || dice.chance(0.4))
        trainer_panels(shoe, last, upper, body, main, second, rates.palette, busy, rates.bold, dice);
    shoe.line(upper.opening, 0.012, against(main, 0.2), {.alpha = 0.5, .inside = body});
    if (kind == TrainerKind::plimsoll && dice.chance(0.5)) {  // rubber toe cap
        shoe.fill(join(curve({last.over(0.8, -0.02), last.over(0.83, 0.08), last.over(0.9, 0.17), last.over(1.05, 0.18)}),
                       Path{last.over(1.05, -0.03)}),
                  smooth(rubber, dice), {.edge = 0.2, .round = 0.02, .inside = body});
    }
    trainer_logo(shoe, last, body, high, main, rates.palette, dice);
    if (laced) {
        const Path instep = part_of(upper.front, 0.03, high ? 0.56 : 0.48);
        const Colour lace = dice.chance(0.5) ? dyed(dye::white, dice, 8) : dice.chance(0.5) ? second : dyed(dye::black, dice);
        laces(shoe, instep,
              {dice.whole(high ? 5 : 4, high ? 9 : 7), dice.between(0.05, 0.095), dice.between(0.01, 0.018),
               dice.between(0.2, 0.5), dice.chance(0.4), dice.chance(0.3), lace,
               dice.chance(0.5) ? against(main, 0.5) : dyed(dye::silver, dice)},
              dice);
        if (dice.chance(0.25))
            bow(shoe, top + Point{dice.between(0.02, 0.08), -0.01}, dice.between(0.03, 0.06), smooth(lace, dice));
    } else if (dice.chance(0.5)) {  // straps or elastic
        const Point p = at(upper.front, 0.12);
        strap(shoe, {p, p + Point{-0.09, -0.1}, p + Point{-0.1, -0.17}}, dice.between(0.02, 0.07), darker(second, 0.9), body);
    }
    if (high && dice.chance(0.3))
        strap(shoe, {{0.05, top.y - 0.06}, {0.25, top.y - 0.085}, {top.x + 0.03, top.y - 0.05}}, dice.between(0.03, 0.07),
              smooth(second, dice), body);
    if (busy || kind == TrainerKind::sock) {
        sculpted_sole(shoe, last, rubber, rates.palette,
                      kind == TrainerKind::chunky ? dice.between(0, 0.05) : dice.between(0, 0.015), dice);
    } else {
        cup_sole(shoe, last, rubber, rates.palette, kind == TrainerKind::plimsoll || kind == TrainerKind::high, dice);
    }
    if (dice.chance(0.2)) pull_loop(shoe, upper.opening.front(), second, dice);
    return shoe;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
