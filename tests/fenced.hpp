// SPDX-License-Identifier: MIT
#pragma once

// Numbers beside memory that nobody may touch: who reads or writes beyond them ends the program.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace testing {

/// Which end of the numbers stands at forbidden memory, and how many numbers away from it.
struct Fence {
    enum class Side { behind, before } side = Side::behind;
    std::size_t offset = 0;
};

/// `size` numbers of a trivial type, zero at first. Copies are fenced alike.
template <class Number>
class Fenced {
public:
    Fenced(std::size_t size, Fence fence) : size_(size), fence_(fence) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        const std::size_t inside = (size + fence.offset) * sizeof(Number), open = (inside + page) / page * page;
        length_ = open + 2 * page;
        void* const all = ::mmap(nullptr, length_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) throw std::bad_alloc{};
        pages_ = static_cast<std::byte*>(all);
        std::byte* const first = pages_ + page;
        ::mprotect(first, open, PROT_READ | PROT_WRITE);
        numbers_ = reinterpret_cast<Number*>(fence.side == Fence::Side::behind ? first + open - inside : first + fence.offset * sizeof(Number));
    }
    Fenced(const std::vector<Number>& from, Fence fence) : Fenced(from.size(), fence) { std::ranges::copy(from, numbers_); }
    Fenced(const Fenced& other) : Fenced(other.size_, other.fence_) { std::copy_n(other.numbers_, size_, numbers_); }
    Fenced& operator=(Fenced other) noexcept {
        std::swap(size_, other.size_);
        std::swap(fence_, other.fence_);
        std::swap(length_, other.length_);
        std::swap(pages_, other.pages_);
        std::swap(numbers_, other.numbers_);
        return *this;
    }
    ~Fenced() { ::munmap(pages_, length_); }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Number* data() { return numbers_; }
    [[nodiscard]] Number* begin() { return numbers_; }
    [[nodiscard]] Number* end() { return numbers_ + size_; }
    [[nodiscard]] std::vector<Number> copy() const { return {numbers_, numbers_ + size_}; }
    [[nodiscard]] Number& operator[](std::size_t n) { return numbers_[n]; }

private:
    std::size_t size_ = 0, length_ = 0;
    Fence fence_;
    std::byte* pages_ = nullptr;
    Number* numbers_ = nullptr;
};

}  // namespace testing
