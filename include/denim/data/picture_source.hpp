// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/random.hpp>
#include <denim/machine/settings_record.hpp>
#include <denim/tensor/shape.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace denim {

/// How the pictures of a source are read while a network learns from them or answers.
struct Reading {
    std::size_t threads = 0;  ///< that read and change pictures beside those that compute; 0: as many as these
    std::size_t ahead = 2;    ///< batches that are ready, or being made ready, beside the one that is worked on
    /// Bytes of pictures that wait to be mixed where a source goes only forward. As many as the set has are a full shuffle.
    std::size_t mixed = std::size_t{256} << 20;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Type, class Number>
concept Reads = requires(const Type& source, std::size_t index, Number* to) { source.read(index, to); };

}  // namespace detail

/// Where pictures come from that need not be in memory: a class with these four, which many threads may call at once. `read` writes the
/// numbers of a picture in (H, W, C) order, bytes from 0 to 255 or floats, and throws what ends the run. It may have besides, const too:
///
///     bool read(index, to)                  false: this picture is left out of the batch, or of the score
///     bool forward()                        true: quick only one after the other, as in an archive; mixed in a buffer, not shuffled
///     std::int32_t label(index, head)       of networks with several heads; no_label where there is none
///     float number(index, output)           what a loss aims at that wants numbers
///     void describe(SettingsRecord& to)     what a checkpoint knows the source by, see SettingsRecord
template <class Type>
concept PictureSource = (detail::Reads<Type, std::uint8_t> || detail::Reads<Type, float>) && requires(const Type& source, std::size_t index) {
    { source.size() } -> std::convertible_to<std::size_t>;
    { source.shape() } -> std::convertible_to<Shape>;
    { source.label(index) } -> std::convertible_to<std::int32_t>;
};

namespace detail {

/// True unless the source says that the picture is left out.
template <class Source, class Number>
bool read_picture_of(const Source& source, std::size_t index, Number* to) {
    if constexpr (std::same_as<decltype(source.read(index, to)), bool>) {
        return source.read(index, to);
    } else {
        source.read(index, to);
        return true;
    }
}

/// A label as a number that can be compared: of a bool, a letter and an enum what they stand for.
template <class Label>
constexpr auto label_number(Label label) {
    static_assert(!std::floating_point<Label>, "denim: labels are whole numbers: a source's label(index) gives the class of a picture, from 0.");
    if constexpr (std::integral<Label> && sizeof(Label) > 1)
        return static_cast<std::conditional_t<std::signed_integral<Label>, std::int64_t, std::uint64_t>>(label);
    else
        return static_cast<std::int32_t>(label);
}

template <class Source>
bool goes_forward(const Source& source) {
    if constexpr (requires { static_cast<bool>(source.forward()); })
        return source.forward();
    else
        return false;
}

}  // namespace detail

/// A source without its type; it refers to the caller's object.
class SourceReference {
public:
    template <PictureSource Source>
    explicit SourceReference(const Source& source)
        : source_(std::addressof(source)),
          size_(source.size()),
          shape_(source.shape()),
          bytes_(detail::Reads<Source, std::uint8_t>),
          forward_(detail::goes_forward(source)),
          read_([](const void* erased, std::size_t index, void* to) {
              using Number = std::conditional_t<detail::Reads<Source, std::uint8_t>, std::uint8_t, float>;
              return detail::read_picture_of(*static_cast<const Source*>(erased), index, static_cast<Number*>(to));
          }) {
        if constexpr (DescribesItself<Source>)
            describe_ = [](const void* erased, SettingsRecord& to) { static_cast<const Source*>(erased)->describe(to); };
    }

    /// When the reference was made.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Shape shape() const { return shape_; }
    /// Whether it gives bytes, else floats.
    [[nodiscard]] bool bytes() const { return bytes_; }
    [[nodiscard]] bool forward() const { return forward_; }
    [[nodiscard]] std::size_t picture_bytes() const { return shape_.size() * (bytes_ ? 1 : sizeof(float)); }
    /// False where the picture is left out.
    bool read(std::size_t index, void* to) const { return read_(source_, index, to); }
    void describe(SettingsRecord& to) const {
        if (describe_) describe_(source_, to);
    }

private:
    const void* source_;
    std::size_t size_;
    Shape shape_;
    bool bytes_, forward_;
    bool (*read_)(const void*, std::size_t, void*);
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
