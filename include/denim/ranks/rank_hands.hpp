// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/job_hands.hpp>
#include <denim/ranks/rank_peers.hpp>
#include <denim/training/tell_peers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Ranks that work on one list of jobs, each at a job of its own, with its own threads: rank 0 hands them out as ranks come free, and works too.
///
///     RankHands hands{ranks};
///     sweep(grid, train, validation, {.log = "logs", .hands = &hands});  // on all ranks, with a log folder that all see
///
/// Each rank makes one, with those of the others. The thread that has begun MPI calls it.
class RankHands final : public JobHands {
public:
    explicit RankHands(const Ranks& ranks) : ranks_(ranks), words_(ranks.communicator()) {}

    bool leads() const override { return ranks_.leads(); }
    std::size_t next(std::size_t count, bool stop) override {
        count_ = count;
        if (leads()) {
            look();
            if (stop) next_ = count;
            return next_ < count ? next_++ : count;
        }
        std::uint64_t word = stop ? 1 : 0;
        detail::check_mpi(MPI_Send(&word, 1, MPI_UINT64_T, 0, asks, words_), "MPI_Send");
        detail::check_mpi(MPI_Recv(&word, 1, MPI_UINT64_T, 0, gets, words_, MPI_STATUS_IGNORE), "MPI_Recv");
        return static_cast<std::size_t>(word);
    }
    void look() override {
        for (int asked = 1; leads() && count_ > 0;) {
            detail::check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, asks, words_, &asked, MPI_STATUS_IGNORE), "MPI_Iprobe");
            if (!asked) break;
            answer();
        }
    }
    std::vector<std::string> end(const std::vector<std::string>& own) override {
        while (leads() && free_ + 1 < ranks_.size()) answer();
        next_ = free_ = count_ = 0;
        std::vector<char> bytes;
        for (const std::string& text : own) {
            const std::uint64_t size = text.size();
            const auto* const first = reinterpret_cast<const char*>(&size);
            bytes.insert(bytes.end(), first, first + sizeof size);
            bytes.insert(bytes.end(), text.begin(), text.end());
        }
        detail::RankPeers peers{ranks_};
        const std::vector<char> all = detail::gather_all(peers, std::span<const char>{bytes});
        std::vector<std::string> texts;
        for (std::size_t at = 0; at < all.size();) {
            std::uint64_t size = 0;
            std::memcpy(&size, all.data() + at, sizeof size);
            texts.emplace_back(all.data() + at + sizeof size, size);
            at += sizeof size + size;
        }
        return texts;
    }

private:
    static constexpr int asks = 1, gets = 2;

    // The one that asks, which may have to be waited for.
    void answer() {
        std::uint64_t word = 0;
        MPI_Status status;
        detail::check_mpi(MPI_Recv(&word, 1, MPI_UINT64_T, MPI_ANY_SOURCE, asks, words_, &status), "MPI_Recv");
        if (word != 0) next_ = count_;
        word = next_ < count_ ? next_++ : count_;
        if (word == count_) ++free_;
        detail::check_mpi(MPI_Send(&word, 1, MPI_UINT64_T, status.MPI_SOURCE, gets, words_), "MPI_Send");
    }

    Ranks ranks_;
    detail::OwnCommunicator words_;
    std::size_t count_ = 0, next_ = 0, free_ = 0;  // the leader's: jobs, the next one, ranks that get no more
};

}  // namespace denim::inline DENIM_TARGET
