// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace denim::inline DENIM_TARGET::wardrobe {

/// A subclass: its folders, and how many of the default 16,203 photographs are of it.
struct Article {
    std::string_view category, subclass;
    std::size_t count;
};

/// The 17 subclasses in label order. Categories have 5,002, 5,004 and 6,197 photographs; shoes are shared out like the
/// validation set of the original (59, 44, 62, 20, 72, 63, 66, 62, 52, 56, 63 of 619).
inline constexpr std::array<Article, 17> assortment{{{"glasses", "optical", 1951},
                                                     {"glasses", "sunglasses", 3051},
                                                     {"trousers", "trousers-male", 1251},
                                                     {"trousers", "jeans-male", 1251},
                                                     {"trousers", "trousers-female", 1251},
                                                     {"trousers", "jeans-female", 1251},
                                                     {"shoes", "boots-male", 591},
                                                     {"shoes", "trainers-male", 440},
                                                     {"shoes", "sandals-male", 621},
                                                     {"shoes", "formal-male", 200},
                                                     {"shoes", "others-male", 721},
                                                     {"shoes", "boots-female", 631},
                                                     {"shoes", "ballerina-female", 661},
                                                     {"shoes", "trainers-female", 621},
                                                     {"shoes", "heels-female", 520},
                                                     {"shoes", "sandals-female", 560},
                                                     {"shoes", "others-female", 631}}};

inline constexpr std::size_t assortment_size = [] {
    std::size_t sum = 0;
    for (const Article& article : assortment) sum += article.count;
    return sum;
}();
static_assert(assortment_size == 16'203, "the default number of photographs is the original's");

/// How many photographs of each subclass make `count` together, in the assortment's shares: largest remainders.
inline std::array<std::size_t, 17> shared_out(std::size_t count) {
    std::array<std::size_t, 17> counts{};
    std::size_t given = 0;
    for (std::size_t i = 0; i < 17; ++i) given += counts[i] = assortment[i].count * count / assortment_size;
    std::array<bool, 17> rounded{};
    for (; given < count; ++given) {
        std::size_t next = 17;
        for (std::size_t i = 0; i < 17; ++i) {
            const auto rest = [&](std::size_t j) { return assortment[j].count * count % assortment_size; };
            if (!rounded[i] && (next == 17 || rest(i) > rest(next))) next = i;
        }
        rounded[next] = true;
        ++counts[next];
    }
    return counts;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
