// SPDX-License-Identifier: MIT
#include "fenced.hpp"

#include <denim/kernel/plain_convolution.hpp>
#include <denim/kernel/transformed_convolution.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace denim;
using namespace denim::kernel;

namespace {

enum class Padding { valid, same };

// A convolution of a picture that an earlier layer wrote, or with `first_layer` of one without padding between pixels.
constexpr Convolution convolution(Shape in, std::size_t filters, std::size_t window, Padding padding, Epilogue epilogue,
                                  bool first_layer = false) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t pad = padding == Padding::same ? window / 2 : 0;
    Convolution of{.input = {in, {pad, pad, pad, pad}, first_layer ? in.channels : round_up(in.channels, lanes)},
                   .rows = in.height + 2 * pad + 1 - window,
                   .columns = in.width + 2 * pad + 1 - window,
                   .window = window,
                   .top = pad,
                   .left = pad,
                   .epilogue = epilogue};
    const std::size_t step = of.pooled() ? 2 : 1;
    of.output = {{of.rows / step, of.columns / step, filters}, {1, 0, 0, 2}, round_up(filters, lanes)};
    of.input.border = transformed_border(of);
    return of;
}

std::vector<float> random_numbers(std::size_t count, std::uint64_t stream, double low, double high) {
    Random random{Seed{7}, stream};
    std::vector<float> numbers(count);
    for (float& number : numbers) number = static_cast<float>(random.uniform(low, high));
    return numbers;
}

// Random numbers inside the picture, `outside` where the border and the padding are.
std::vector<float> random_picture(const Layout& layout, std::uint64_t stream, double low, double high, float outside = 0.0f) {
    Random random{Seed{8}, stream};
    std::vector<float> numbers(layout.size(), outside);
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x)
            for (std::size_t c = 0; c < layout.shape.channels; ++c)
                numbers[layout.offset(y, x) + c] = static_cast<float>(random.uniform(low, high));
    return numbers;
}

std::vector<double> widened(const std::vector<float>& from) { return {from.begin(), from.end()}; }

// Only what stands inside the picture.
template <class Number>
std::vector<Number> inside(const Layout& layout, const std::vector<Number>& numbers) {
    std::vector<Number> result;
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x) {
            const auto at = numbers.begin() + static_cast<std::ptrdiff_t>(layout.offset(y, x));
            result.insert(result.end(), at, at + static_cast<std::ptrdiff_t>(layout.shape.channels));
        }
    return result;
}

void check_close(const char* what, const std::vector<float>& result, const std::vector<double>& exact) {
    double error = 0, largest = 0, magnitude = 0;
    REQUIRE(result.size() == exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double difference = std::abs(static_cast<double>(result[i]) - exact[i]);
        error += difference;
        largest = std::max(largest, std::isfinite(difference) ? difference : std::numeric_limits<double>::infinity());
        magnitude += std::abs(exact[i]);
    }
    INFO(what, ": mean error ", error / magnitude, ", largest ", largest / magnitude * static_cast<double>(exact.size()));
    CHECK(error <= 1e-5 * magnitude);
    CHECK(largest * static_cast<double>(exact.size()) <= 3e-4 * magnitude);
}

template <class Kernel>
std::vector<float> prepared(const std::vector<float>& weights, const std::vector<float>& bias) {
    std::vector<float> result(Kernel::prepared_size, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t part = Kernel::prepare_parts; part-- > 0;)
        Kernel::prepare(weights.data(), bias.data(), result.data(), part);
    return result;
}

// Each array of the fast one stands beside memory that nobody may touch, now in front of it, now behind.
template <Convolution Of, Gradient Input>
void compare() {
    using Fast = TransformedConvolution<Of>;
    using Plain = PlainConvolution<Of, double>;
    constexpr std::size_t samples = 3;
    CAPTURE(Of.window);
    CAPTURE(Of.channels());
    CAPTURE(Of.filters());
    CAPTURE(static_cast<int>(Of.epilogue));
    const auto weights = random_numbers(Of.weights(), 1, -1, 1), bias = random_numbers(Of.filters(), 2, -1, 1);
    const auto fast_prepared = prepared<Fast>(weights, bias);
    std::vector<double> plain_prepared(Plain::prepared_size);
    Plain::prepare(widened(weights).data(), widened(bias).data(), plain_prepared.data(), 0);

    const std::vector<float> scratch(Fast::scratch_size, std::numeric_limits<float>::quiet_NaN());
    testing::Fenced<float> fast_accumulator{Fast::accumulator_size, {}};
    std::vector<double> plain_scratch(Plain::scratch_size), accumulator(Plain::accumulator_size);
    for (std::size_t sample = 0; sample < samples; ++sample) {
        const testing::Fence fence{sample == 1 ? testing::Fence::Side::before : testing::Fence::Side::behind, 3 * sample / 2};
        const auto input = random_picture(Of.input, 10 + sample, -1, 1);
        testing::Fenced fast_input{input, fence}, ready{fast_prepared, fence}, fast_scratch{scratch, fence};
        std::vector<float> output(Of.output.size(), 77.0f);
        std::vector<std::uint8_t> record(Fast::record_size), plain_record(Plain::record_size);
        {
            testing::Fenced made{output, fence};
            testing::Fenced winners{record, fence};
            Fast::forward(fast_input.data(), ready.data(), made.data(), winners.data(), fast_scratch.data(), 0, Fast::bands);
            output = made.copy();
            record = winners.copy();
        }
        std::vector<double> plain_output(Of.output.size());
        Plain::forward(widened(input).data(), plain_prepared.data(), plain_output.data(), plain_record.data(),
                       plain_scratch.data(), 0, 1);
        check_close("forward", inside(Of.output, output), inside(Of.output, plain_output));

        // Through the same winners and the same positive outputs, since near ties may go either way.
        if (Of.pooled())
            for (std::size_t pixel = 0; pixel < Of.output.shape.height * Of.output.shape.width; ++pixel)
                for (std::size_t f = 0; f < Of.filters(); ++f)
                    plain_record[pixel * Of.filters() + f] = record[pixel * Of.output.stride + f];
        // Few winners alive go another way than many: in every other sample two thirds are dead.
        for (std::size_t n = 0; n < output.size(); ++n)
            if (Of.pooled() && sample % 2 == 1 && n % 3 != 0) output[n] = 0.0f;
        auto output_gradient = random_picture(Of.output, 20 + sample, -1, 1);
        auto plain_gradient = widened(output_gradient);
        auto input_gradient = random_picture(Of.input, 30, -1, 1);
        auto plain_input_gradient = widened(input_gradient);
        Plain::template backward<Input>(widened(input).data(), widened(output).data(), plain_gradient.data(),
                                        plain_prepared.data(), plain_input_gradient.data(), plain_record.data(),
                                        plain_scratch.data(), accumulator.data());
        testing::Fenced made{output, fence}, to_output{output_gradient, fence}, to_input{input_gradient, fence};
        testing::Fenced winners{record, fence};
        Fast::template backward<Input>(fast_input.data(), made.data(), to_output.data(), ready.data(), to_input.data(), winners.data(),
                                       fast_scratch.data(),
                                       fast_accumulator.data());
        check_close("input gradient", inside(Of.input, to_input.copy()), inside(Of.input, plain_input_gradient));
    }
    std::vector<float> weight_gradient(Of.weights()), bias_gradient(Of.filters());
    std::vector<double> plain_weight_gradient(Of.weights()), plain_bias_gradient(Of.filters());
    for (std::size_t part = Fast::finish_parts; part-- > 0;)
        Fast::finish(fast_accumulator.data(), weight_gradient.data(), bias_gradient.data(), part);
    Plain::finish(accumulator.data(), plain_weight_gradient.data(), plain_bias_gradient.data(), 0);
    check_close("weight gradient", weight_gradient, plain_weight_gradient);
    check_close("bias gradient", bias_gradient, plain_bias_gradient);
}

}  // namespace

TEST_CASE("3 x 3 is what the definition says") {
    compare<convolution({23, 18, 17}, 33, 3, Padding::same, Epilogue::linear), Gradient::write>();
    compare<convolution({14, 31, 64}, 5, 3, Padding::valid, Epilogue::relu_pool), Gradient::add>();
    compare<convolution({19, 13, 1}, 7, 3, Padding::same, Epilogue::relu_pool, true), Gradient::none>();
    compare<convolution({15, 22, 3}, 16, 3, Padding::valid, Epilogue::relu, true), Gradient::write>();
}

TEST_CASE("5 x 5 is what the definition says") {
    compare<convolution({29, 22, 64}, 64, 5, Padding::valid, Epilogue::relu_pool), Gradient::write>();
    compare<convolution({17, 20, 33}, 17, 5, Padding::same, Epilogue::relu), Gradient::add>();
    compare<convolution({17, 20, 33}, 17, 5, Padding::same, Epilogue::relu6), Gradient::write>();
    compare<convolution({18, 19, 3}, 17, 5, Padding::same, Epilogue::relu6), Gradient::write>();
    compare<convolution({25, 38, 3}, 33, 5, Padding::valid, Epilogue::relu_pool, true), Gradient::none>();
    compare<convolution({18, 15, 3}, 5, 5, Padding::same, Epilogue::relu_pool), Gradient::add>();
    compare<convolution({12, 11, 5}, 1, 5, Padding::valid, Epilogue::linear, true), Gradient::add>();
}

TEST_CASE("7 x 7 is what the definition says") {
    compare<convolution({21, 16, 17}, 32, 7, Padding::valid, Epilogue::relu_pool), Gradient::write>();
    compare<convolution({13, 10, 2}, 3, 7, Padding::same, Epilogue::linear), Gradient::write>();
    compare<convolution({16, 27, 1}, 20, 7, Padding::valid, Epilogue::relu_pool, true), Gradient::none>();
}

TEST_CASE("pictures smaller than a tile") {
    compare<convolution({3, 3, 9}, 4, 3, Padding::valid, Epilogue::linear), Gradient::write>();
    compare<convolution({2, 5, 3}, 4, 5, Padding::same, Epilogue::relu_pool, true), Gradient::write>();
    compare<convolution({1, 1, 12}, 18, 3, Padding::same, Epilogue::relu), Gradient::write>();
}

TEST_CASE("many channels") { compare<convolution({9, 8, 150}, 140, 3, Padding::same, Epilogue::relu), Gradient::write>(); }

TEST_CASE("bands give the same bits in any order and scratch, and write nothing but the picture and its padding") {
    const auto check = []<Convolution Of>() {
        using Fast = TransformedConvolution<Of>;
        const auto weights = random_numbers(Of.weights(), 1, -1, 1), bias = random_numbers(Of.filters(), 2, -1, 1);
        const auto ready = prepared<Fast>(weights, bias);
        const auto input = random_picture(Of.input, 3, -1, 1);
        std::vector<float> whole(Of.output.size(), 77.0f), parts = whole, scratch(Fast::scratch_size, std::numeric_limits<float>::quiet_NaN());
        std::vector<std::uint8_t> record(Fast::record_size), record_of_parts = record;
        Fast::forward(input.data(), ready.data(), whole.data(), record.data(), scratch.data(), 0, Fast::bands);
        CHECK(Fast::bands > 1);
        for (std::size_t band = Fast::bands; band-- > 0;) {
            std::vector<float> own(Fast::scratch_size, std::numeric_limits<float>::quiet_NaN());
            Fast::forward(input.data(), ready.data(), parts.data(), record_of_parts.data(), own.data(), band, band + 1);
        }
        CHECK(whole == parts);
        CHECK(record == record_of_parts);
        std::vector<float> unrecorded(Of.output.size(), 77.0f);
        Fast::forward(input.data(), ready.data(), unrecorded.data(), nullptr, scratch.data(), 0, Fast::bands);
        CHECK(whole == unrecorded);

        std::vector<bool> written(Of.output.size());
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t c = 0; c < Of.output.stride; ++c) {
                    const std::size_t at = Of.output.offset(y, x) + c;
                    written[at] = true;
                    if (c >= Of.filters()) CHECK(whole[at] == 0.0f);
                }
        for (std::size_t at = 0; at < whole.size(); ++at)
            if (!written[at]) CHECK(whole[at] == 77.0f);
    };
    check.operator()<convolution({33, 26, 19}, 21, 5, Padding::valid, Epilogue::relu_pool)>();
    check.operator()<convolution({33, 26, 3}, 21, 5, Padding::valid, Epilogue::relu_pool, true)>();
}
