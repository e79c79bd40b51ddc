// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/assortment.hpp"
#include "fashion/wardrobe/ballerina.hpp"
#include "fashion/wardrobe/boot.hpp"
#include "fashion/wardrobe/camera.hpp"
#include "fashion/wardrobe/glasses.hpp"
#include "fashion/wardrobe/high_heel.hpp"
#include "fashion/wardrobe/jeans.hpp"
#include "fashion/wardrobe/low_shoe.hpp"
#include "fashion/wardrobe/rates/borders.hpp"
#include "fashion/wardrobe/sandal.hpp"
#include "fashion/wardrobe/slide.hpp"
#include "fashion/wardrobe/trainer.hpp"
#include "fashion/wardrobe/trousers.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// The object of a subclass, by its place in the assortment.
inline Drawing draw(std::size_t article, Dice& dice) {
    switch (article) {
        case 0:
            return glasses(optical_rates, dice);
        case 1:
            return glasses(sunglasses_rates, dice);
        case 2:
            return trousers(trousers_male_rates(), dice);
        case 3:
            return jeans(jeans_male_rates(), dice);
        case 4:
            return trousers(trousers_female_rates(), dice);
        case 5:
            return jeans(jeans_female_rates(), dice);
        case 6:
            return boot(boots_male_rates(), dice);
        case 7:
            return trainer(trainers_male_rates(), dice);
        case 8:
            return slide(SlideRates{}, dice);
        case 9:
            if (dice.chance(borders.formal_as_loafers)) return low_shoe(loafers(formal_male_rates()), dice);
            return low_shoe(formal_male_rates(), dice);
        case 10:
            if (dice.chance(borders.others_male_as_trainers)) return trainer(low_trainers(trainers_male_rates()), dice);
            if (dice.chance(borders.others_male_as_boots)) return boot(ankle_boots(boots_male_rates()), dice);
            return low_shoe(others_male_rates(), dice);
        case 11:
            return boot(boots_female_rates(), dice);
        case 12:
            if (dice.chance(borders.ballerinas_as_loafers)) return low_shoe(loafers(others_female_rates()), dice);
            return ballerina(BallerinaRates{}, dice);
        case 13:
            return trainer(trainers_female_rates(), dice);
        case 14:
            if (dice.chance(borders.heels_as_sandals)) return sandal(heeled_sandals(), dice);
            if (dice.chance(borders.heels_as_boots)) return boot(heeled_ankle_boots(), dice);
            return high_heel(HighHeelRates{}, dice);
        case 15:
            if (dice.chance(borders.sandals_as_heels)) return high_heel(open_heels(), dice);
            return sandal(SandalRates{}, dice);
        case 16:
            if (dice.chance(borders.others_female_as_ballerinas)) return ballerina(BallerinaRates{}, dice);
            if (dice.chance(borders.others_female_as_trainers)) return trainer(low_trainers(trainers_female_rates()), dice);
            if (dice.chance(borders.others_female_as_boots)) return boot(ankle_boots(boots_female_rates()), dice);
            return low_shoe(others_female_rates(), dice);
        default:
            throw std::invalid_argument("there are 17 subclasses to draw, 0 to 16, but number " + std::to_string(article) +
                                        " was asked for");
    }
}

/// How a shop frames this category.
inline Framing framing(std::string_view category, Dice& dice) {
    Framing frame;
    if (dice.chance(0.25)) frame.turn = dice.between(-0.018, 0.018);
    if (category == "shoes") {
        frame.width = 0.986 * dice.between(0.985, 1.008);
        frame.height = 0.985;
        frame.ground = 0.882 + std::clamp(dice.spread(0.0045), -0.015, 0.015);
        frame.stretch = dice.between(0.96, 1.04);
        frame.turn *= 0.6;
    } else if (category == "trousers") {
        frame.height = 0.988 * dice.between(0.993, 1.004);
        frame.centre = 0.5 + std::clamp(dice.spread(0.0015), -0.004, 0.004);
        frame.stretch = dice.between(0.95, 1.06);
    } else {
        frame.width = 0.988 * dice.between(0.988, 1.005);
        frame.centre = 0.5 + std::clamp(dice.spread(0.008), -0.025, 0.025);
        frame.stretch = dice.between(0.95, 1.08);
    }
    return frame;
}

/// Photograph `number` of a subclass: the same for the same seed, whatever else is drawn, and by whichever thread.
inline Picture photograph(Seed seed, std::size_t article, std::size_t number) {
    Dice dice{Random{seed, (static_cast<std::uint64_t>(article) << 40) | number}};
    const Framing frame = framing(assortment.at(article).category, dice);
    const Drawing drawing = draw(article, dice);
    const Camera lens = camera(dice);
    Painter painter{place(drawing, frame), lens.rounding, dice.seed()};
    return exposed(painter.paint(drawing), lens, dice.seed());
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
