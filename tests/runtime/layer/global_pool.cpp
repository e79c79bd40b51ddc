// SPDX-License-Identifier: MIT
// Global pools by themselves: means and largest numbers by hand, and nothing is touched beside what is their own.
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <vector>

using namespace denim;

namespace {

constexpr float guard = -77;

// So many numbers, and a guard behind them.
struct Guarded : std::vector<float> {
    explicit Guarded(std::size_t count, float number = 0) : std::vector<float>(count, number) { resize(count + 64, guard); }
    [[nodiscard]] bool kept() const { return std::all_of(end() - 64, end(), [](float number) { return number == guard; }); }
};

template <class Operation, std::size_t Channels>
void check_by_hand() {
    constexpr bool largest = std::same_as<Operation, Max>;
    constexpr std::size_t stride = Fast::channel_stride(Channels), pixels = 15;
    constexpr Layout in{{3, 5, Channels}, {}, stride}, out{{1, 1, Channels}, {}, stride};
    using Tested = typename GlobalPool<Operation>::template Layer<Fast, out, in>;
    Random random{Seed{9}};
    const auto drawn = [&] { return static_cast<float>(random.uniform(-1, 1)); };
    Guarded x(in.size()), y(out.size()), dy(out.size()), dx(in.size());
    std::vector<std::uint8_t> record(Tested::record_size + 1);
    std::vector<double> expected(Channels, largest ? -2 : 0);
    std::vector<std::size_t> winners(Channels);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
        for (std::size_t c = 0; c < Channels; ++c) {
            const double number = static_cast<double>(x[pixel * stride + c] = drawn());
            if (!largest) expected[c] += number / pixels;
            if (largest && number > expected[c]) expected[c] = number, winners[c] = pixel;
        }
    Tested::forward({.inputs = {x.data()}, .output = y.data(), .record = record.data()});
    for (std::size_t c = 0; c < stride; ++c) CHECK(static_cast<double>(y[c]) == doctest::Approx(c < Channels ? expected[c] : 0).epsilon(1e-5));

    // The first gradient is written, the second added.
    std::vector<double> to_picture(pixels * stride);
    for (const bool adds : {false, true}) {
        std::generate_n(dy.begin(), Channels, drawn);
        const Backward<Fast> at{.inputs = {x.data()}, .input_gradients = {dx.data()}, .output_gradient = dy.data(), .record = record.data()};
        if (adds)
            Tested::template backward<Gradient::add>(at);
        else
            Tested::template backward<Gradient::write>(at);
        for (std::size_t pixel = 0; pixel < pixels; ++pixel)
            for (std::size_t c = 0; c < Channels; ++c)
                if (!largest || winners[c] == pixel) to_picture[pixel * stride + c] += static_cast<double>(dy[c]) / (largest ? 1 : pixels);
    }
    for (std::size_t n = 0; n < to_picture.size(); ++n) CHECK(static_cast<double>(dx[n]) == doctest::Approx(to_picture[n]).epsilon(1e-5));
    for (const Guarded* each : {&x, &y, &dy, &dx}) CHECK(each->kept());
}

}  // namespace

TEST_CASE("a global pool is the mean or the largest of each channel, and keeps to its own numbers") {
    check_by_hand<Average, 16>();
    check_by_hand<Average, 5>();
    check_by_hand<Max, 16>();
    check_by_hand<Max, 5>();
}
