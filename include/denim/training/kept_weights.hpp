// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/shared_numbers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Copies of a network's weights for all who keep some in a run. Who keeps weights of the same bits has the same copy, and the
/// memory of a copy that nobody keeps any more is taken for the next one: its pages are there already.
class KeptWeights {
public:
    /// A copy, which stays as it is; any thread may let go of it.
    SharedNumbers keep(std::span<const float> weights) {
        std::erase_if(kept_, [](const auto& each) { return each.expired(); });
        for (const auto& each : kept_)
            if (auto same = each.lock(); same && same->size() == weights.size() &&
                                         std::memcmp(same->data(), weights.data(), weights.size_bytes()) == 0)
                return SharedNumbers{std::move(same)};
        std::unique_ptr<Numbers> numbers = idle_->take();
        if (numbers && numbers->size() == weights.size())
            std::ranges::copy(weights, numbers->data());
        else
            numbers = std::make_unique<Numbers>(weights);
        const std::shared_ptr<const Numbers> copy{numbers.release(), GiveBack{idle_}};
        kept_.push_back(copy);
        return SharedNumbers{copy};
    }

private:
    using Numbers = AlignedArray<float>;

    class Idle {
    public:
        std::unique_ptr<Numbers> take() {
            const std::scoped_lock lock{mutex_};
            if (all_.empty()) return nullptr;
            std::unique_ptr<Numbers> last = std::move(all_.back());
            all_.pop_back();
            return last;
        }
        void put(std::unique_ptr<Numbers> numbers) {
            const std::scoped_lock lock{mutex_};
            all_.push_back(std::move(numbers));
        }

    private:
        std::mutex mutex_;
        std::vector<std::unique_ptr<Numbers>> all_;
    };

    struct GiveBack {
        std::weak_ptr<Idle> to;  // gone with the run, unlike a copy that a callback still has
        void operator()(Numbers* given) const noexcept {
            std::unique_ptr<Numbers> numbers{given};
            try {
                if (const auto idle = to.lock()) idle->put(std::move(numbers));
            } catch (...) {  // no memory for the list: then the numbers go too
            }
        }
    };

    std::shared_ptr<Idle> idle_ = std::make_shared<Idle>();
    std::vector<std::weak_ptr<const Numbers>> kept_;
};

}  // namespace denim::inline DENIM_TARGET
