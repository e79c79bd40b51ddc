// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// Memory for decoders. Blocks come back as they went, so that a folder of like photographs costs no page faults (half of the
/// time of a small JPEG), and a file that asks for more than its due gets nothing.
class BlockPool {
public:
    BlockPool() = default;
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;
    ~BlockPool() {
        for (void* block : kept_) std::free(block);
    }

    /// While one lives, wishes for larger blocks are answered with nullptr, and blocks may come zeroed.
    class Limit {
    public:
        Limit(BlockPool& pool, std::size_t bytes, bool all_zeroed = false)
            : pool_(pool),
              before_(std::exchange(pool.largest_, bytes)),
              zeroed_before_(std::exchange(pool.all_zeroed_, all_zeroed)) {}
        Limit(const Limit&) = delete;
        Limit& operator=(const Limit&) = delete;
        ~Limit() {
            pool_.largest_ = before_;
            pool_.all_zeroed_ = zeroed_before_;
        }

    private:
        BlockPool& pool_;
        std::size_t before_;
        bool zeroed_before_;
    };

    /// The largest block that is given now.
    [[nodiscard]] std::size_t limit() const { return largest_; }

    /// Small blocks come zeroed, as stb's tables stand in them; within a limit that asks for it, all do.
    void* allocate(std::size_t bytes) {
        void* block = find(bytes);
        if (block != nullptr && (bytes <= zeroed || all_zeroed_)) std::memset(block, 0, bytes);
        return block;
    }

    void* reallocate(void* old, std::size_t used, std::size_t bytes) {
        void* block = allocate(bytes);
        if (block == nullptr || old == nullptr) return block;
        std::memcpy(block, old, std::min(used, bytes));
        release(old);
        return block;
    }

    void release(void* pointer) {
        if (pointer == nullptr) return;
        void* block = static_cast<char*>(pointer) - header;
        if (capacity(block) >= smallest_kept && capacity(block) <= largest_kept)
            block = std::exchange(kept_[next_++ % kept_.size()], block);
        std::free(block);
    }

private:
    static constexpr std::size_t header = 64, zeroed = std::size_t{1} << 16;
    static constexpr std::size_t smallest_kept = std::size_t{1} << 14, largest_kept = std::size_t{1} << 20;

    void* find(std::size_t bytes) {
        if (bytes > largest_) return nullptr;
        std::size_t best = kept_.size();
        for (std::size_t i = 0; i < kept_.size(); ++i)
            if (const std::size_t room = capacity(kept_[i]); kept_[i] != nullptr && room >= bytes && room / 2 <= bytes)
                if (best == kept_.size() || room < capacity(kept_[best])) best = i;
        if (best != kept_.size()) return start(std::exchange(kept_[best], nullptr));
        void* block = std::malloc(bytes + header);
        if (block == nullptr) return nullptr;
        std::memcpy(block, &bytes, sizeof bytes);
        return start(block);
    }

    static std::size_t capacity(const void* block) {
        std::size_t bytes = 0;
        if (block != nullptr) std::memcpy(&bytes, block, sizeof bytes);
        return bytes;
    }
    static void* start(void* block) { return static_cast<char*>(block) + header; }

    std::array<void*, 16> kept_{};
    std::size_t next_ = 0;
    bool all_zeroed_ = false;
    std::size_t largest_ = std::numeric_limits<std::size_t>::max() - header;
};

/// The pool of this thread.
inline BlockPool& block_pool() {
    thread_local BlockPool pool;
    return pool;
}

/// A block of this thread's pool, until its end.
class Block {
public:
    explicit Block(void* block) : bytes_(static_cast<std::uint8_t*>(block)) {
        if (bytes_ == nullptr) throw std::bad_alloc{};
    }
    [[nodiscard]] std::uint8_t* bytes() const { return bytes_.get(); }

private:
    struct Release {
        void operator()(std::uint8_t* bytes) const { block_pool().release(bytes); }
    };
    std::unique_ptr<std::uint8_t, Release> bytes_;
};

}  // namespace denim::inline DENIM_TARGET::detail
