// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/huge_pages.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Numbers on the heap, zero at first, aligned to cache lines and from 4 MB on to huge pages; made once, then only read and
/// written.
template <class Scalar>
class AlignedArray {
public:
    static constexpr std::size_t alignment = 64;

    AlignedArray() = default;
    explicit AlignedArray(std::size_t size) : size_(size), numbers_(allocate(size)) { std::fill_n(data(), size, Scalar{}); }
    /// A copy of numbers that stand elsewhere.
    explicit AlignedArray(std::span<const Scalar> numbers) : size_(numbers.size()), numbers_(allocate(numbers.size())) {
        std::copy_n(numbers.data(), size_, data());
    }
    AlignedArray(const AlignedArray& other) : AlignedArray(other.span()) {}
    AlignedArray(AlignedArray&& other) noexcept : size_(std::exchange(other.size_, 0)), numbers_(std::move(other.numbers_)) {}
    AlignedArray& operator=(AlignedArray other) noexcept {
        std::swap(size_, other.size_);
        std::swap(numbers_, other.numbers_);
        return *this;
    }
    ~AlignedArray() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Scalar* data() { return numbers_.get(); }
    [[nodiscard]] const Scalar* data() const { return numbers_.get(); }
    [[nodiscard]] std::span<Scalar> span() { return {data(), size_}; }
    [[nodiscard]] std::span<const Scalar> span() const { return {data(), size_}; }
    [[nodiscard]] Scalar& operator[](std::size_t index) { return data()[index]; }
    [[nodiscard]] const Scalar& operator[](std::size_t index) const { return data()[index]; }

private:
    struct Release {
        std::align_val_t alignment;
        void operator()(Scalar* numbers) const { ::operator delete[](numbers, alignment); }
    };
    using Numbers = std::unique_ptr<Scalar[], Release>;

    static Numbers allocate(std::size_t size) {
        const std::size_t bytes = size * sizeof(Scalar);
        const bool large = bytes >= 2 * huge_page;
        const Release release{std::align_val_t{large ? huge_page : alignment}};
        Numbers numbers{static_cast<Scalar*>(::operator new[](bytes, release.alignment)), release};
        if (large) want_huge_pages(numbers.get(), bytes);
        return numbers;
    }

    std::size_t size_ = 0;
    Numbers numbers_{nullptr, Release{std::align_val_t{alignment}}};
};

/// The numbers that stand at a place among bytes.
template <class Number>
Number* numbers_at(std::uint8_t* place) {
    return reinterpret_cast<Number*>(place);
}
template <class Number>
const Number* numbers_at(const std::uint8_t* place) {
    return reinterpret_cast<const Number*>(place);
}

}  // namespace denim::inline DENIM_TARGET
