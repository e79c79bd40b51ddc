// SPDX-License-Identifier: MIT
#include "tuning/least_squares.hpp"

#include "tuning/cholesky.hpp"
#include "tuning/trunks.hpp"

#include <denim/machine/finite.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace tuning {

namespace {

constexpr std::size_t parts = 2 * room;  // what each kind is, then each word
constexpr double sharpness = 10;         // a softmax of whole distances would hardly prefer a kind
constexpr float shut = -1000;

/// Rows and columns of numbers, one row after the other.
struct Matrix {
    std::size_t rows, columns;
    std::vector<float> numbers = std::vector<float>(rows * columns);

    [[nodiscard]] float* row(std::size_t n) { return numbers.data() + n * columns; }
    [[nodiscard]] const float* row(std::size_t n) const { return numbers.data() + n * columns; }
    [[nodiscard]] Matrix turned() const {
        Matrix result{columns, rows};
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) result.row(c)[r] = row(r)[c];
        return result;
    }
};

/// a * b, summed over the rows of b.
Matrix product(const Matrix& a, const Matrix& b) {
    Matrix result{a.rows, b.columns};
    denim::parallel_for(a.rows, a.rows * a.columns * b.columns, [&](std::size_t r) {
        float* const to = result.row(r);
        const float* const factor = a.row(r);
        std::size_t k = 0;
        for (; k + 4 <= a.columns; k += 4)  // what is summed up so far is read and written once for four rows
            for (std::size_t c = 0; c < b.columns; ++c)
                to[c] = to[c] + factor[k] * b.row(k)[c] + factor[k + 1] * b.row(k + 1)[c] + factor[k + 2] * b.row(k + 2)[c] + factor[k + 3] * b.row(k + 3)[c];
        for (; k < a.columns; ++k)
            for (std::size_t c = 0; c < b.columns; ++c) to[c] += factor[k] * b.row(k)[c];
    });
    return result;
}

/// (G + ridge)^-1 right for a symmetric G. Columns of zeros, of words that no kind has, are left out.
Matrix solved(const Matrix& gram, double ridge, const Matrix& right) {
    const std::size_t size = gram.rows;
    std::vector<std::size_t> used;
    for (std::size_t c = 0; c < right.columns; ++c) {
        bool there = false;
        for (std::size_t r = 0; r < size; ++r) there = there || right.row(r)[c] != 0;
        if (there) used.push_back(c);
    }
    std::vector<double> factor(gram.numbers.begin(), gram.numbers.end()), x;
    for (std::size_t r = 0; r < size; ++r) {
        factor[r * size + r] += ridge;
        for (const std::size_t c : used) x.push_back(static_cast<double>(right.row(r)[c]));
    }
    factor_symmetric(factor, size);
    solve_factored(factor, size, x);
    Matrix result{size, right.columns};
    for (std::size_t r = 0; r < size; ++r)
        for (std::size_t n = 0; n < used.size(); ++n) result.row(r)[used[n]] = static_cast<float>(x[r * used.size() + n]);
    return result;
}

/// The mean weight is 1, and each kind has as much as every other.
std::vector<double> weights_of(const Rows& rows) {
    std::vector<double> of_kind(room), weights(rows.labels.size());
    std::vector<std::size_t> own(room), drawn(room);
    for (std::size_t n = 0; n < weights.size(); ++n) ++(n < rows.photographs ? own : drawn)[static_cast<std::size_t>(rows.labels[n])];
    double sum = 0;
    for (std::size_t n = 0; n < weights.size(); ++n) {
        const auto kind = static_cast<std::size_t>(rows.labels[n]);
        weights[n] = n < rows.photographs ? 1.0 / static_cast<double>(own[kind]) : static_cast<double>(rows.beside) / static_cast<double>(drawn[kind]);
        sum += weights[n];
    }
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    return weights;
}

/// Of each feature. Where it hardly changes, a tenth of what others do is added: it says little, whatever its scale.
struct Scale {
    std::vector<double> mean, deviation;

    Scale(const Rows& rows, std::span<const double> weights, std::size_t count) : mean(count), deviation(count) {
        const auto sum_up = [&](std::vector<double>& to, auto value) {
            for (std::size_t n = 0; n < weights.size(); ++n)
                for (std::size_t f = 0; f < count; ++f)
                    to[f] += weights[n] * value(static_cast<double>(rows.features[n * count + f]), f) / static_cast<double>(weights.size());
        };
        sum_up(mean, [](double x, std::size_t) { return x; });
        sum_up(deviation, [&](double x, std::size_t f) { return (x - mean[f]) * (x - mean[f]); });
        const double all = std::sqrt(std::accumulate(deviation.begin(), deviation.end(), 0.0) / static_cast<double>(count));
        for (double& of : deviation) of = std::sqrt(of) + 0.1 * all + 1e-12;
    }
};

/// (room, parts): which parts each kind has.
Matrix codes_of(const Words& words) {
    Matrix codes{room, parts};
    for (std::size_t kind = 0; kind < room; ++kind) codes.row(kind)[kind] = 1;
    for (std::size_t kind = 0; kind < words.size(); ++kind)
        for (const std::size_t word : words[kind])
            if (word < room) codes.row(kind)[room + word] = 1;
    return codes;
}

/// The distance from an answer to a kind's code, in features as they come; what is the same for all kinds is left out.
std::vector<float> as_layer(const Matrix& of_parts, const Scale& scale, std::span<const double> mean_code, const Matrix& codes,
                            std::span<const bool> there) {
    const std::size_t count = of_parts.rows;
    const Matrix of_kinds = product(of_parts, codes.turned());
    std::vector<float> layer((count + 1) * room);
    for (std::size_t kind = 0; kind < room; ++kind) {
        double bias = 0;
        for (std::size_t part = 0; part < parts; ++part) {
            const double own = static_cast<double>(codes.row(kind)[part]);
            bias += own * (mean_code[part] - own / 2);
        }
        for (std::size_t f = 0; f < count; ++f) {
            const double weight = there[kind] ? static_cast<double>(of_kinds.row(f)[kind]) / scale.deviation[f] : 0;
            layer[f * room + kind] = static_cast<float>(sharpness * weight);
            bias -= weight * scale.mean[f];
        }
        layer[count * room + kind] = there[kind] ? static_cast<float>(sharpness * bias) : shut;
    }
    return layer;
}

}  // namespace

std::vector<std::vector<float>> least_squares(const Rows& rows, const Words& words, std::span<const float> l2) {
    if (!denim::all_finite(rows.features)) throw std::runtime_error("the features of a photograph are not numbers");
    const std::size_t used = rows.beside > 0 ? rows.labels.size() : rows.photographs, count = rows.features.size() / rows.labels.size();
    const Rows taken{rows.features.first(used * count), rows.labels.first(used), rows.photographs, rows.beside};
    const std::vector<double> weights = weights_of(taken);
    const Scale scale{taken, weights, count};
    const Matrix codes = codes_of(words);
    std::vector<double> mean_code(parts);
    std::array<bool, room> there{};
    for (std::size_t n = 0; n < used; ++n) {
        const auto kind = static_cast<std::size_t>(taken.labels[n]);
        there[kind] = true;
        for (std::size_t part = 0; part < parts; ++part)
            mean_code[part] += weights[n] * static_cast<double>(codes.row(kind)[part]) / static_cast<double>(used);
    }
    Matrix inputs{used, count}, targets{used, parts};  // times the roots of their weights
    double length = 0;
    for (std::size_t n = 0; n < used; ++n) {
        const double root = std::sqrt(weights[n]);
        for (std::size_t f = 0; f < count; ++f) {
            const double x = root * (static_cast<double>(taken.features[n * count + f]) - scale.mean[f]) / scale.deviation[f];
            inputs.row(n)[f] = static_cast<float>(x);
            length += x * x / static_cast<double>(used);
        }
        const float* const code = codes.row(static_cast<std::size_t>(taken.labels[n]));
        for (std::size_t part = 0; part < parts; ++part)
            targets.row(n)[part] = static_cast<float>(root * (static_cast<double>(code[part]) - mean_code[part]));
    }
    // (A'A + r) V = A'T, or where rows are fewer than features V = A'(AA' + r)^-1 T, which is the same.
    const Matrix turned = inputs.turned();
    const bool few = used <= count;
    const Matrix gram = few ? product(inputs, turned) : product(turned, inputs), right = few ? targets : product(turned, targets);
    std::vector<std::vector<float>> layers(l2.size());
    denim::parallel_for(l2.size(), l2.size() * gram.rows * gram.rows * gram.rows, [&](std::size_t n) {
        const Matrix answer = solved(gram, static_cast<double>(l2[n]) * length, right);
        layers[n] = as_layer(few ? product(turned, answer) : answer, scale, mean_code, codes, there);
    });
    return layers;
}

std::vector<float> logits_of(std::span<const float> layer, std::span<const float> features) {
    const std::size_t count = layer.size() / room - 1, rows = features.size() / count;
    std::vector<float> logits(rows * room);
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t f = 0; f <= count; ++f)
            for (std::size_t kind = 0; kind < room; ++kind)
                logits[n * room + kind] += (f == count ? 1 : features[n * count + f]) * layer[f * room + kind];
    return logits;
}

}  // namespace tuning
