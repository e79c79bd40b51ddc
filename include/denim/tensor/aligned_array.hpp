// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Numbers on the heap, zero at first, aligned to cache lines; made once, then only read and written.
template <class Scalar>
class AlignedArray {
public:
    static constexpr std::size_t alignment = 64;

    AlignedArray() = default;
    explicit AlignedArray(std::size_t size) : size_(size), numbers_(allocate(size)) { std::fill_n(data(), size, Scalar{}); }
    AlignedArray(const AlignedArray& other) : size_(other.size_), numbers_(allocate(other.size_)) {
        std::copy_n(other.data(), size_, data());
    }
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
        void operator()(Scalar* numbers) const { ::operator delete[](numbers, std::align_val_t{alignment}); }
    };
    static Scalar* allocate(std::size_t size) {
        return static_cast<Scalar*>(::operator new[](size * sizeof(Scalar), std::align_val_t{alignment}));
    }

    std::size_t size_ = 0;
    std::unique_ptr<Scalar[], Release> numbers_;
};

}  // namespace denim::inline DENIM_TARGET
