// SPDX-License-Identifier: MIT
#pragma once

// Which place in one block of memory each of many things takes, known when each begins and ends: going through the steps in order,
// a thing takes the first hole that it fits in, or the block grows. Linear in things and steps, but for the few holes.

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>

namespace denim {

/// A thing that needs `size` numbers from step `first` to step `last`; where `offset` and `shared` are to be written. Shared: what
/// it finds there may not be what it left.
struct Placed {
    std::size_t* offset = nullptr;
    bool* shared = nullptr;
    std::size_t first = 0, last = 0, size = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// At most `Most` things in at most `Steps` steps.
template <std::size_t Most, std::size_t Steps>
class PlaceLine {
public:
    constexpr void add(const Placed& thing) {
        next_of_beginning_[count_] = begins_[thing.first];
        begins_[thing.first] = ++count_;
        things_[count_ - 1] = thing;
    }

    /// Gives everything its place; how long the block is.
    constexpr std::size_t settle() {
        std::size_t last_beginning = 0;
        for (std::size_t step = 0; step < Steps; ++step)
            if (begins_[step]) last_beginning = step;
        for (std::size_t step = 0; step < Steps; ++step) {
            for (std::size_t n = begins_[step]; n; n = next_of_beginning_[n - 1]) {
                const Placed& thing = things_[n - 1];
                *thing.shared = thing.last < last_beginning;
                *thing.offset = take(thing);
                next_of_end_[n - 1] = ends_[thing.last];
                ends_[thing.last] = n;
            }
            for (std::size_t n = ends_[step]; n; n = next_of_end_[n - 1]) free(*things_[n - 1].offset, things_[n - 1].size);
        }
        return end_;
    }

private:
    struct Hole {
        std::size_t offset = 0, size = 0;
    };

    constexpr std::size_t take(const Placed& thing) {
        for (std::size_t n = 0; n < hole_count_; ++n) {
            Hole& hole = holes_[n];
            if (hole.size < thing.size && hole.offset + hole.size < end_) continue;
            // The last hole reaches to the end of the block, and grows with it.
            const std::size_t offset = hole.offset;
            *thing.shared = true;
            if (hole.size <= thing.size) {
                if (offset + thing.size > end_) end_ = offset + thing.size;
                close(n);
            } else {
                hole.offset += thing.size;
                hole.size -= thing.size;
            }
            return offset;
        }
        const std::size_t offset = end_;
        end_ += thing.size;
        return offset;
    }
    constexpr void free(std::size_t offset, std::size_t size) {
        std::size_t n = 0;
        while (n < hole_count_ && holes_[n].offset < offset) ++n;
        const bool joins_former = n > 0 && holes_[n - 1].offset + holes_[n - 1].size == offset;
        const bool joins_next = n < hole_count_ && offset + size == holes_[n].offset;
        if (joins_former && joins_next) {
            holes_[n - 1].size += size + holes_[n].size;
            close(n);
        } else if (joins_former) {
            holes_[n - 1].size += size;
        } else if (joins_next) {
            holes_[n] = {offset, size + holes_[n].size};
        } else {
            for (std::size_t later = hole_count_++; later > n; --later) holes_[later] = holes_[later - 1];
            holes_[n] = {offset, size};
        }
    }
    constexpr void close(std::size_t n) {
        for (--hole_count_; n < hole_count_; ++n) holes_[n] = holes_[n + 1];
    }

    std::array<Placed, Most> things_{};
    std::array<std::size_t, Steps> begins_{}, ends_{};  // the last thing that begins or ends at a step, from 1 on; 0: none
    std::array<std::size_t, Most> next_of_beginning_{}, next_of_end_{};
    std::array<Hole, Most + 1> holes_{};
    std::size_t count_ = 0, hole_count_ = 0, end_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
