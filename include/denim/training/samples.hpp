// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/picture_source.hpp>
#include <denim/loss/head_losses.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/tensor/pictures.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
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

/// What `fit`, `evaluate` and their like take: sets in memory, and sources that are read as they are needed.
template <class Type>
concept LearnableSet = LabelledImages<Type> || PictureSource<Type>;

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
    Pictures pictures;  ///< of a source, how many of which shape there are
    std::optional<SourceReference> source;  ///< where pictures are read from that are not in memory
    std::span<const std::int32_t> labels;
    std::vector<std::int32_t> kept;  ///< the labels, where they were not contiguous 32-bit integers
    std::size_t heads = 1;           ///< labels of each picture
    std::vector<float> numbers;      ///< (N, outputs), instead of labels, where the loss wants these
    std::vector<std::uint32_t> places = {};  ///< of the pictures in their source, once some were left out

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
    /// Of a sample, in its source.
    [[nodiscard]] std::size_t place(std::size_t sample) const { return places.empty() ? sample : places[sample]; }
    /// Whether pictures are bytes, else floats.
    [[nodiscard]] bool bytes() const { return source ? source->bytes() : pictures.bytes != nullptr; }

    /// The targets that a loss wants.
    template <LearnableSet Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                      const Loss& loss) {
        if (loss.wants() == Wants::numbers) {
            if constexpr (LabelledImages<Set> || has_numbers<Set>)
                return with_numbers(set, input, heads, name, loss);
            else
                fail("the loss wants numbers, but the source of the " + name + " set has no member number(index, output)");
        } else if constexpr (has_labels<Set>) {
            return of(set, input, heads, name);
        } else {
            fail("the loss wants labels, whole numbers from 0, but the labels of the " + name + " set are fractions");
        }
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
        in_row_major_order(set.labels, [&](const Label label) { samples.add_label(label, heads, name); });
        samples.labels = samples.kept;
        if (samples.count() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (samples.labels.size() != samples.count() * heads.size())
            fail("the " + name + " set has " + std::to_string(samples.count()) + " pictures, but " +
                 std::to_string(samples.labels.size() / heads.size()) + " labels; expected one for each");
        return samples;
    }

    /// The same of a source, which outlives them: `label(index)`, or `label(index, head)` for a network with several heads.
    template <PictureSource Source>
        requires(!LabelledImages<Source>)
    static Samples of(const Source& source, Shape input, std::span<const std::size_t> heads, const std::string& name) {
        Samples samples = without_targets(SourceReference{source}, input, name);
        samples.heads = heads.size();
        samples.kept.reserve(samples.count() * heads.size());
        constexpr bool by_head = requires { source.label(std::size_t{}, std::size_t{}); };
        if (heads.size() > 1 && !by_head)
            fail("the network has " + std::to_string(heads.size()) + " heads, but the source of the " + name +
                 " set has no member label(index, head)");
        for (std::size_t index = 0; index < samples.count(); ++index)
            for (std::size_t head = 0; head < heads.size(); ++head)
                if constexpr (by_head)
                    samples.add_label(heads.size() == 1 ? source.label(index) : source.label(index, head), heads, name);
                else
                    samples.add_label(source.label(index), heads, name);
        samples.labels = samples.kept;
        return samples;
    }

    /// Numbers. Throws if the set is empty, there is not one number for each output of each picture, or the loss does not
    /// accept one.
    template <LearnableSet Set>
    static Samples with_numbers(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                                const Loss& loss) {
        Samples samples;
        if (heads.size() != 1)
            fail("the loss wants numbers for one output, but the network has " + std::to_string(heads.size()) + " heads");
        const std::size_t outputs = heads[0];
        if constexpr (LabelledImages<Set>) {
            samples.pictures = Pictures::of(set.images, input);
            const std::size_t count = samples.count();
            if (count == 0) fail("the " + name + " set is empty; at least one picture was expected");
            const auto& shape = set.labels.shape();
            if (set.labels.size() != count * outputs || !(shape.size() == 2 || (shape.size() == 1 && outputs == 1)))
                fail("the loss wants labels of the " + name + " set in the shape (" + std::to_string(count) + ", " +
                     std::to_string(outputs) + "), a number for each output of each picture, but theirs is " + detail::shape_text(shape));
            samples.numbers.reserve(set.labels.size());
            in_row_major_order(set.labels, [&](const auto label) { samples.add_number(static_cast<float>(label), outputs, name, loss); });
        } else {
            samples = without_targets(SourceReference{set}, input, name);
            samples.numbers.reserve(samples.count() * outputs);
            for (std::size_t index = 0; index < samples.count(); ++index)
                for (std::size_t output = 0; output < outputs; ++output) samples.add_number(set.number(index, output), outputs, name, loss);
        }
        return samples;
    }

    /// Goes on without these samples of a source, named in order: pictures, targets and `logits`, as many for each sample.
    template <class Stored>
    void leave_out(std::span<const std::uint32_t> left, std::vector<Stored>& logits) {
        if (left.empty()) return;
        const std::size_t before = count(), numbers_of_each = width();
        if (places.empty())
            for (std::size_t sample = 0; sample < before; ++sample) places.push_back(static_cast<std::uint32_t>(sample));
        const auto erase = [&](auto& from, std::size_t each) {
            std::size_t to = 0;
            for (std::size_t sample = 0, next = 0; sample < before; ++sample) {
                if (next < left.size() && left[next] == sample) {
                    ++next;
                    continue;
                }
                for (std::size_t n = 0; n < each; ++n) from[to++] = from[sample * each + n];
            }
            from.resize(to);
        };
        erase(logits, logits.size() / before);
        erase(kept, kept.size() / before);
        erase(numbers, numbers_of_each);
        erase(places, 1);
        labels = kept;
        pictures.count = before - left.size();
    }

    /// The pictures of a source alone.
    static Samples without_targets(const SourceReference& source, Shape input, const std::string& name) {
        Samples samples;
        samples.source = source;
        samples.pictures = {source.shape(), source.size()};
        if (source.shape() != input)
            fail("the network takes pictures of shape " + to_string(input) + ", but the source of the " + name + " set gives the shape " +
                 to_string(source.shape()));
        if (source.size() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (source.size() > std::numeric_limits<std::uint32_t>::max())
            fail("the " + name + " set has " + std::to_string(source.size()) + " pictures; fewer than 2^32 were expected");
        return samples;
    }

private:
    template <class Set>
    static constexpr bool has_numbers = requires(const Set& set) { static_cast<float>(set.number(std::size_t{}, std::size_t{})); };
    template <class Set>
    static consteval bool labels_of() {
        if constexpr (LabelledImages<Set>)
            return std::integral<std::remove_cvref_t<decltype(*std::declval<const Set&>().labels.begin())>>;
        else
            return true;
    }
    template <class Set>
    static constexpr bool has_labels = labels_of<Set>();

    template <class Label>
    void add_label(Label of_source, std::span<const std::size_t> heads_of_network, const std::string& name) {
        const auto label = detail::label_number(of_source);
        const std::size_t head = kept.size() % heads, picture = kept.size() / heads;
        const bool none = heads > 1 && std::cmp_equal(label, no_label);
        if (!none && (std::cmp_less(label, 0) || std::cmp_greater_equal(label, heads_of_network[head]))) {
            const std::string outputs = std::to_string(heads_of_network[head]), last = std::to_string(heads_of_network[head] - 1);
            fail("label number " + std::to_string(picture) + " of the " + name + " set is " + std::to_string(label) +
                 (heads == 1 ? ", but the network's last layer has " + outputs + " outputs: labels go from 0 to " + last
                             : " for head " + std::to_string(head) + ", but that has " + outputs + " outputs: labels go from 0 to " + last +
                                   ", or are " + std::to_string(no_label) + " for no label"));
        }
        kept.push_back(static_cast<std::int32_t>(label));
        const auto last_picture = std::span{kept}.last(std::min(heads, kept.size()));
        if (heads > 1 && head + 1 == heads && std::ranges::all_of(last_picture, [](auto each) { return each == no_label; }))
            fail("picture " + std::to_string(picture) + " of the " + name + " set has no label for any head; expected one at least");
    }
    void add_number(float number, std::size_t outputs, const std::string& name, const Loss& loss) {
        if (!is_finite(number) || !loss.accepts(number))
            fail("number " + std::to_string(numbers.size() % outputs) + " of picture " + std::to_string(numbers.size() / outputs) +
                 " of the " + name + " set is " + detail::general(static_cast<double>(number)) + ", which the loss does not accept");
        numbers.push_back(number);
    }

    [[noreturn]] static void fail(const std::string& what) { throw std::invalid_argument("denim: " + what); }
};

}  // namespace denim::inline DENIM_TARGET
