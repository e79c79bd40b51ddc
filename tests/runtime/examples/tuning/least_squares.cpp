// SPDX-License-Identifier: MIT
// The last layer in closed form: both ways to solve it agree, drawings weigh what they are told to, and words are shared.
#include "tuning/least_squares.hpp"
#include "tuning/trunks.hpp"

#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

constexpr std::size_t features = 7;

/// Points around a place of each kind; the places of 0 and 1 differ from those of 2 and 3 as 0 and 2 do from 1 and 3.
struct Points {
    std::vector<float> numbers;
    std::vector<std::int32_t> labels;

    explicit Points(std::size_t count, std::size_t kinds = 4, std::uint64_t seed = 1) {
        denim::Random random{denim::Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            const std::size_t kind = n % kinds;
            labels.push_back(static_cast<std::int32_t>(kind));
            for (std::size_t f = 0; f < features; ++f) {
                const float centre = f == 0 ? static_cast<float>(kind / 2) : f == 1 ? static_cast<float>(kind % 2) : 0;
                numbers.push_back(3 * centre + 0.5f * static_cast<float>(random.bits() % 1000) / 1000);
            }
        }
    }
    void add(const Points& others) {
        numbers.insert(numbers.end(), others.numbers.begin(), others.numbers.end());
        labels.insert(labels.end(), others.labels.begin(), others.labels.end());
    }
    [[nodiscard]] tuning::Rows rows(std::size_t photographs, float beside = 0) const { return {numbers, labels, photographs, beside}; }
};

const tuning::Words words{{0, 2}, {0, 3}, {1, 2}, {1, 3}};

std::size_t right(std::span<const float> layer, const Points& points) {
    const std::vector<float> logits = tuning::logits_of(layer, points.numbers);
    std::size_t count = 0;
    for (std::size_t n = 0; n < points.labels.size(); ++n) {
        const auto own = std::span{logits}.subspan(n * tuning::room, tuning::room);
        count += std::ranges::max_element(own) - own.begin() == points.labels[n] ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("rows fewer than features, and the same rows more often, have one answer") {
    const Points few{6};
    Points many = few;
    for (int n = 0; n < 3; ++n) many.add(few);
    const float l2[] = {0.3f}, as_much[] = {1.2f};  // four times the rows
    const auto dual = tuning::least_squares(few.rows(6), words, l2).front(), primal = tuning::least_squares(many.rows(24), words, as_much).front();
    REQUIRE(dual.size() == (features + 1) * tuning::room);
    for (std::size_t n = 0; n < dual.size(); ++n) CHECK(dual[n] == doctest::Approx(primal[n]).epsilon(2e-3));
}

TEST_CASE("kinds that stand apart are told apart; one that has no row is shut, but for its words' sake no other's") {
    const Points learned{40}, asked{40, 4, 2};
    const float l2[] = {0.01f, 0.1f};
    for (const auto& layer : tuning::least_squares(learned.rows(40), words, l2)) CHECK(right(layer, asked) == 40);
    const Points three{30, 3};
    const auto layer = tuning::least_squares(three.rows(30), words, l2).front();
    CHECK(layer[features * tuning::room + 2] > -100);
    CHECK(layer[features * tuning::room + 3] == -1000);
    CHECK(layer[3] == 0);
}

TEST_CASE("drawings of no weight are not there, others teach kinds that photographs lack") {
    Points both{20, 2};
    const std::vector<float> alone = tuning::least_squares(both.rows(20), words, std::vector{0.1f}).front();
    both.add(Points{40, 4, 3});
    CHECK(tuning::least_squares(both.rows(20, 0), words, std::vector{0.1f}).front() == alone);
    CHECK(right(tuning::least_squares(both.rows(20, 1), words, std::vector{0.01f}).front(), Points{40, 4, 4}) == 40);
    both.numbers[3] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(tuning::least_squares(both.rows(20, 1), words, std::vector{0.1f}), std::runtime_error);
}
