// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/head_losses.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/tensor/pictures.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What networks learn from: anything with `images` (N, H, W, C) and `labels` (N), for example a DataSet; a network with
/// several heads takes labels (N, heads), with `no_label` where a picture has none for a head.
template <class Type>
concept LabelledImages = requires(const Type& set) {
    set.images;
    set.labels;
};

/// Images and labels side by side, where they are two arrays.
template <class Images, class Labels>
struct LabelledPair {
    const Images& images;
    const Labels& labels;
};
template <class Images, class Labels>
LabelledPair(const Images&, const Labels&) -> LabelledPair<Images, Labels>;

/// Pictures with the number of the right class of each, checked against the network that learns from them.
struct Samples {
    Pictures pictures;
    std::span<const std::int32_t> labels;
    std::vector<std::int32_t> kept;  ///< the labels, where they were not contiguous 32-bit integers
    std::size_t heads = 1;           ///< labels of each picture
    std::vector<float> numbers;      ///< (N, outputs), instead of labels, where the loss wants these

    Samples() = default;
    Samples(const Samples&) = delete;
    Samples(Samples&&) = default;
    Samples& operator=(const Samples&) = delete;
    Samples& operator=(Samples&&) = default;
    ~Samples() = default;

    [[nodiscard]] std::size_t count() const { return pictures.count; }
    /// Numbers of each picture.
    [[nodiscard]] std::size_t width() const { return count() == 0 ? 0 : numbers.size() / count(); }
    [[nodiscard]] Targets targets() const { return {labels, numbers}; }

    /// The targets that a loss wants.
    template <LabelledImages Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                      const Loss& loss) {
        if (loss.wants() == Wants::numbers) return with_numbers(set, input, heads, name, loss);
        if constexpr (has_labels<Set>)
            return of(set, input, heads, name);
        else
            fail("the loss wants labels, whole numbers from 0, but the labels of the " + name + " set are fractions");
    }

    /// Labels. Throws if the set is empty, the counts differ, or a label is not below the classes of its head. `name` stands in
    /// the message.
    template <LabelledImages Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name) {
        using Label = std::remove_cvref_t<decltype(*set.labels.begin())>;
        static_assert(std::integral<Label>, "denim: labels are whole numbers: the class of each picture, from 0.");
        Samples samples;
        samples.pictures = Pictures::of(set.images, input);
        samples.heads = heads.size();
        if (heads.size() == 1 && set.labels.dimension() != 1)
            fail("the labels of the " + name + " set were expected as one array of shape (N,), but they have " +
                 std::to_string(set.labels.dimension()) + " dimensions");
        if (heads.size() > 1 && (set.labels.dimension() != 2 || set.labels.shape(1) != heads.size()))
            fail("the network has " + std::to_string(heads.size()) + " heads, so the labels of the " + name +
                 " set were expected in the shape (N, " + std::to_string(heads.size()) + "), but theirs is " +
                 detail::shape_text(set.labels.shape()));
        samples.kept.reserve(set.labels.size());
        std::size_t place = 0, labelled = 0;
        in_row_major_order(set.labels, [&](const Label label) {
            const std::size_t head = place % heads.size(), picture = place / heads.size();
            const bool none = heads.size() > 1 && std::cmp_equal(label, no_label);
            if (!none && (std::cmp_less(label, 0) || std::cmp_greater_equal(label, heads[head])))
                fail("label number " + std::to_string(picture) + " of the " + name + " set is " + std::to_string(label) +
                     (heads.size() == 1
                          ? ", but the network's last layer has " + std::to_string(heads[head]) +
                                " outputs: labels go from 0 to " + std::to_string(heads[head] - 1)
                          : " for head " + std::to_string(head) + ", but that has " + std::to_string(heads[head]) +
                                " outputs: labels go from 0 to " + std::to_string(heads[head] - 1) + ", or are " +
                                std::to_string(no_label) + " for no label"));
            labelled = head == 0 ? !none : labelled + !none;
            if (head + 1 == heads.size() && labelled == 0)
                fail("picture " + std::to_string(picture) + " of the " + name +
                     " set has no label for any head; expected one at least");
            samples.kept.push_back(static_cast<std::int32_t>(label));
            ++place;
        });
        samples.labels = samples.kept;
        if (samples.count() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (samples.labels.size() != samples.count() * heads.size())
            fail("the " + name + " set has " + std::to_string(samples.count()) + " pictures, but " +
                 std::to_string(samples.labels.size() / heads.size()) + " labels; expected one for each");
        return samples;
    }

    /// Numbers. Throws if the set is empty, there is not one number for each output of each picture, or the loss does not
    /// accept one.
    template <LabelledImages Set>
    static Samples with_numbers(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                                const Loss& loss) {
        Samples samples;
        samples.pictures = Pictures::of(set.images, input);
        if (heads.size() != 1)
            fail("the loss wants numbers for one output, but the network has " + std::to_string(heads.size()) + " heads");
        const std::size_t outputs = heads[0], count = samples.count();
        if (count == 0) fail("the " + name + " set is empty; at least one picture was expected");
        const auto& shape = set.labels.shape();
        if (set.labels.size() != count * outputs || !(shape.size() == 2 || (shape.size() == 1 && outputs == 1)))
            fail("the loss wants labels of the " + name + " set in the shape (" + std::to_string(count) + ", " +
                 std::to_string(outputs) + "), a number for each output of each picture, but theirs is " + detail::shape_text(shape));
        samples.numbers.reserve(set.labels.size());
        in_row_major_order(set.labels, [&](const auto label) {
            const auto number = static_cast<float>(label);
            if (!is_finite(number) || !loss.accepts(number))
                fail("number " + std::to_string(samples.numbers.size() % outputs) + " of picture " +
                     std::to_string(samples.numbers.size() / outputs) + " of the " + name + " set is " +
                     detail::general(static_cast<double>(number)) + ", which the loss does not accept");
            samples.numbers.push_back(number);
        });
        return samples;
    }

private:
    template <class Set>
    static constexpr bool has_labels = std::integral<std::remove_cvref_t<decltype(*std::declval<const Set&>().labels.begin())>>;

    [[noreturn]] static void fail(const std::string& what) { throw std::invalid_argument("denim: " + what); }
};

}  // namespace denim::inline DENIM_TARGET
