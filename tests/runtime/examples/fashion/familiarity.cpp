// SPDX-License-Identifier: MIT
#include "runtime/examples/fashion/strangers.hpp"

#include <fashion/familiarity.hpp>

#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include "fashion/catalogue.hpp"

#include <stdexcept>

using fashion::Familiarity;

namespace {

/// A photograph of a dark box on white, from a row and a column on.
void draw_box(std::uint8_t* pixels, std::size_t top, std::size_t left, std::size_t height, std::size_t width) {
    for (std::size_t y = top; y < top + height; ++y)
        for (std::size_t x = left; x < left + width; ++x)
            for (std::size_t c = 0; c < 3; ++c) pixels[(y * 90 + x) * 3 + c] = 40;
}

/// Photographs of two kinds in turn: low and wide for shoes, high and narrow for trousers.
struct Boxes {
    static constexpr std::int32_t trousers = 2, shoes = 6;  // places in the catalogue
    denim::Array<std::uint8_t, 4> images;
    std::vector<std::int32_t> shown;

    Boxes(std::size_t count, std::uint64_t seed)
        : images(denim::Array<std::uint8_t, 4>::from_shape({count, 120, 90, 3})), shown(count) {
        images.fill(255);
        denim::Random random{denim::Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            shown[n] = n % 2 == 0 ? shoes : trousers;
            const std::size_t down = random.below(8), right = random.below(6);
            const std::size_t higher = random.below(8), wider = random.below(8);
            if (n % 2 == 0)
                draw_box(&images(n, 0, 0, 0), 60 + down, 4 + right, 30 + higher, 70 + wider);
            else
                draw_box(&images(n, 0, 0, 0), 4 + down, 28 + right, 100 + higher, 25 + wider);
        }
    }
    operator fashion::ShownPhotographs() const { return {images, shown}; }  // NOLINT: meant to convert
};

}  // namespace

TEST_CASE("familiar is what looks like the photographs of its category") {
    const Boxes train{120, 1}, validation{80, 2}, others{60, 3};
    const Familiarity familiarity = Familiarity::of(train, validation);
    const auto texts = familiarity.texts();
    const Familiarity read = Familiarity::from(texts);
    double sum = 0;
    for (std::size_t n = 0; n < others.shown.size(); ++n) {
        const std::uint8_t* photograph = &others.images(n, 0, 0, 0);
        const bool shoe = n % 2 == 0;
        const double score = familiarity.score(photograph, shoe ? "shoes" : "trousers");
        sum += score;
        CHECK(score >= 0);
        CHECK(score <= 1);
        CHECK(familiarity.score(photograph, shoe ? "trousers" : "shoes") == 0);
        CHECK(familiarity.score(photograph, "glasses") == 0);  // none was learned
        CHECK(read.score(photograph, shoe ? "shoes" : "trousers") == score);
    }
    // Each lies anywhere among those of the validation set: the mean of 60 such places is 0.5, give or take.
    CHECK(sum / 60 > 0.3);
    CHECK(sum / 60 < 0.7);

    std::vector<std::uint8_t> square(120 * 90 * 3, 255), white = square, noise(120 * 90 * 3);
    draw_box(square.data(), 40, 30, 30, 30);
    denim::Random random{denim::Seed{4}};
    for (std::uint8_t& value : noise) value = static_cast<std::uint8_t>(random.bits());
    for (const std::vector<std::uint8_t>& strange : {square, noise, white})
        for (const char* category : {"shoes", "trousers"}) CHECK(familiarity.score(strange.data(), category) == 0);
}

namespace {

/// So many drawn photographs of each kind, as the networks see them.
struct Wardrobe {
    denim::Array<std::uint8_t, 4> images;
    std::vector<std::int32_t> shown;

    Wardrobe(std::size_t of_each, std::size_t first)
        : images(denim::Array<std::uint8_t, 4>::from_shape({of_each * denim::wardrobe::assortment.size(), 120, 90, 3})) {
        for (std::size_t article = 0; article < denim::wardrobe::assortment.size(); ++article)
            for (std::size_t n = 0; n < of_each; ++n) {
                const denim::Picture photograph = denim::fit(denim::wardrobe::photograph(denim::Seed{1}, article, first + n), {120, 90});
                std::ranges::copy(photograph.pixels, &images(shown.size(), 0, 0, 0));
                shown.push_back(static_cast<std::int32_t>(article));
            }
    }
    operator fashion::ShownPhotographs() const { return {images, shown}; }  // NOLINT: meant to convert
};

}  // namespace

TEST_CASE("an empty page, a dot, noise, a mug, a T-shirt and a face are none of the wardrobe's, whichever category a network takes them for") {
    constexpr double strange = 0.01;
    const Wardrobe train{20, 0}, validation{6, 20}, others{4, 26};
    const Familiarity familiarity = Familiarity::of(train, validation);
    for (const std::string_view name : strangers::names)
        for (std::size_t n = 0; n < 8; ++n) {
            const denim::Picture picture = strangers::photograph(name, n);
            for (const char* const category : {"glasses", "trousers", "shoes"}) {
                INFO(name << ' ' << n << " as " << category);
                CHECK(familiarity.score(picture.pixels.data(), category) < strange);
            }
        }
    std::size_t known = 0;
    for (std::size_t n = 0; n < others.shown.size(); ++n)
        known += familiarity.score(&others.images(n, 0, 0, 0), fashion::kinds[static_cast<std::size_t>(others.shown[n])].category) >= strange;
    CHECK(known * 100 >= others.shown.size() * 94);  // of 12 to 66 validation photographs of a category the farthest is no sharp border
}

TEST_CASE("few photographs are enough, and none of a category is no error") {
    const Boxes one{2, 1}, none{0, 2};
    const Familiarity familiarity = Familiarity::of(one, none);
    CHECK(familiarity.score(&one.images(0, 0, 0, 0), "shoes") == 1);
    CHECK(familiarity.score(&one.images(1, 0, 0, 0), "shoes") == 0);
    CHECK(Familiarity::of(none, none).score(&one.images(0, 0, 0, 0), "shoes") == 0);
}

TEST_CASE("texts that are none are named") {
    const char* too_few = R"({"shoes": {"mean": [], "components": [], "distances": [1]}})";
    for (const char* text : {"", "[]x", "[1]", R"({"shoes": 1})", too_few})
        CHECK_THROWS_WITH_AS(Familiarity::from({{"familiarity of shapes", text}}),
                             "its metadata lack what photographs of each category look like; train it again",
                             std::invalid_argument);
    CHECK_THROWS_AS(Familiarity::from({}), std::invalid_argument);
    const Boxes one{2, 1};
    std::map<std::string, std::string> before = Familiarity::of(one, one).texts();
    auto renamed = before.extract("familiarity of shapes");
    renamed.key() = "familiarity";  // as older files have theirs, which say something else
    before.insert(std::move(renamed));
    CHECK_THROWS_AS(Familiarity::from(before), std::invalid_argument);
}
