// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/picture_source.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The pictures of a source that goes only forward, asked for in an order that is nearly that of the source: what is read on the way to one
/// waits until it is asked for. Many threads may ask, each picture once.
class ForwardBuffer {
public:
    explicit ForwardBuffer(const SourceReference& source) : source_(source) {}

    /// Begins at the first picture again; these will be asked for.
    void begin(std::span<const std::uint32_t> wanted) {
        const std::scoped_lock lock{mutex_};
        next_ = 0;
        waiting_.clear();
        wanted_.assign(source_.size(), false);
        for (const std::uint32_t place : wanted) wanted_[place] = true;
    }

    /// False where the source leaves the picture out.
    bool take(std::size_t place, void* to) {
        const std::scoped_lock lock{mutex_};
        for (; next_ <= place; ++next_) {
            Picture picture;
            picture.numbers = spare_.empty() ? std::vector<std::byte>(source_.picture_bytes()) : std::move(spare_.back());
            if (!spare_.empty()) spare_.pop_back();
            picture.there = source_.read(next_, picture.numbers.data());
            if (wanted_[next_])
                waiting_.emplace(next_, std::move(picture));
            else
                spare_.push_back(std::move(picture.numbers));
        }
        const auto found = waiting_.find(place);
        if (found == waiting_.end())
            throw std::logic_error("denim: picture " + std::to_string(place) + " of a source that goes forward was asked for twice");
        const bool there = found->second.there;
        std::memcpy(to, found->second.numbers.data(), found->second.numbers.size());
        spare_.push_back(std::move(found->second.numbers));
        waiting_.erase(found);
        return there;
    }

private:
    struct Picture {
        std::vector<std::byte> numbers = {};
        bool there = true;
    };

    SourceReference source_;
    std::mutex mutex_;
    std::size_t next_ = 0;
    std::vector<bool> wanted_;
    std::unordered_map<std::size_t, Picture> waiting_;
    std::vector<std::vector<std::byte>> spare_;
};

}  // namespace denim::inline DENIM_TARGET
