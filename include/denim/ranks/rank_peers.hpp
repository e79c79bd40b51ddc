// SPDX-License-Identifier: MIT
#pragma once

// What peers ask of each other, by MPI. A sum of rows goes two ways: each rank gets one piece of everybody's rows, and adds them as the tree
// says; then the sums of all pieces go to all. So every number is sent twice, whatever the number of ranks, and the order of the sum is the tree's.

#include <denim/machine/peers.hpp>
#include <denim/machine/threads.hpp>
#include <denim/ranks/ranks.hpp>
#include <denim/ranks/wire.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A communicator of one's own: what goes through it meets no other message.
class OwnCommunicator {
public:
    explicit OwnCommunicator(MPI_Comm like) {
        check_mpi(MPI_Comm_dup(like, &communicator_), "MPI_Comm_dup");
        MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN);
    }
    OwnCommunicator(const OwnCommunicator&) = delete;
    OwnCommunicator& operator=(const OwnCommunicator&) = delete;
    ~OwnCommunicator() { MPI_Comm_free(&communicator_); }
    operator MPI_Comm() const { return communicator_; }  // NOLINT: meant to convert

private:
    MPI_Comm communicator_ = MPI_COMM_NULL;
};

/// Ranks as peers. Only the thread that made them calls them.
class RankPeers final : public Peers<float> {
public:
    /// All ranks make theirs together.
    explicit RankPeers(const Ranks& ranks)
        : ranks_(ranks), words_(ranks.communicator()), rows_there_(ranks.communicator()), sums_back_(ranks.communicator()) {}

    std::size_t count() const override { return ranks_.size(); }
    std::size_t own() const override { return ranks_.rank(); }
    bool statistics_of_all() const override { return !ranks_.options().statistics_by_rank; }

    void gather(std::span<const std::byte> own_bytes, std::span<const std::size_t> sizes, std::span<std::byte> all) override {
        std::vector<std::size_t> begins(sizes.size());
        for (std::size_t n = 1; n < sizes.size(); ++n) begins[n] = begins[n - 1] + sizes[n - 1];
        const std::size_t longest = *std::ranges::max_element(sizes), each = most_bytes / sizes.size();
        if (longest <= each) return gather_some(own_bytes, begins, sizes, all.data());
        // More than MPI's int counts: in rounds, through a buffer.
        std::vector<std::size_t> some(sizes.size()), places(sizes.size());
        for (std::size_t first = 0; first < longest; first += each) {
            std::size_t total = 0;
            for (std::size_t n = 0; n < sizes.size(); ++n) {
                some[n] = std::min(sizes[n], first + each) - std::min(sizes[n], first);
                places[n] = total;
                total += some[n];
            }
            std::vector<std::byte> buffer(total);
            gather_some(own_bytes.subspan(std::min(first, own_bytes.size()), some[own()]), places, some, buffer.data());
            for (std::size_t n = 0; n < sizes.size(); ++n)
                std::copy_n(buffer.data() + places[n], some[n], all.data() + begins[n] + std::min(sizes[n], first));
        }
    }
    void broadcast(std::span<std::byte> bytes) override {
        for (std::size_t first = 0; first < bytes.size(); first += most_bytes)
            check_mpi(MPI_Bcast(bytes.data() + first, static_cast<int>(std::min(most_bytes, bytes.size() - first)), MPI_BYTE, 0, words_), "MPI_Bcast");
    }

    float* rows(std::size_t numbers, std::size_t rows) override {
        if (begun_ == sums_.size()) sums_.emplace_back();
        reserve(sums_[begun_], numbers * rows);
        return sums_[begun_].data();
    }
    void begin_sum(const PeerTree& tree, std::size_t numbers, float* to, bool exact) override {
        const float* const from = sums_[begun_++].data();
        const bool bf16 = !exact && ranks_.options().bf16_on_wire;
        for (std::size_t first = 0; first < numbers; first += at_once)
            begin(from + first, tree, std::min(at_once, numbers - first), to + first, numbers, bf16);
        look();
    }
    void look() override { go_on(false); }
    void end_sums() override {
        go_on(true);
        begun_ = parts_ = next_there_ = next_back_ = 0;
    }

private:
    static constexpr std::size_t most_bytes = std::size_t{1} << 30;
    static constexpr std::size_t at_once = std::size_t{1} << 22;  // numbers of a row that are exchanged at a time, as MPI counts by an int

    // Some numbers of the rows of a sum.
    struct Part {
        const PeerTree* tree = nullptr;
        std::size_t numbers = 0;
        float* to = nullptr;
        bool bf16 = false;  // travels
        AlignedArray<float> packed, received;
        AlignedArray<std::uint16_t> halves, received_halves;
        std::vector<int> sent, sent_from, received_of, received_at, piece, piece_at;
        MPI_Request request = MPI_REQUEST_NULL;
    };

    template <class Number>
    static void reserve(AlignedArray<Number>& memory, std::size_t numbers) {
        if (memory.size() < numbers) memory = AlignedArray<Number>(numbers);
    }
    void gather_some(std::span<const std::byte> own_bytes, std::span<const std::size_t> begins, std::span<const std::size_t> sizes, std::byte* all) {
        const std::vector<int> counts(sizes.begin(), sizes.end()), places(begins.begin(), begins.end());
        check_mpi(MPI_Allgatherv(own_bytes.data(), static_cast<int>(own_bytes.size()), MPI_BYTE, all, counts.data(), places.data(), MPI_BYTE, words_),
                  "MPI_Allgatherv");
    }

    void begin(const float* from, const PeerTree& tree, std::size_t numbers, float* to, std::size_t row_length, bool bf16) {
        if (parts_ == all_parts_.size()) all_parts_.emplace_back();
        Part& part = all_parts_[parts_++];
        part.tree = &tree;
        part.numbers = numbers;
        part.to = to;
        part.bf16 = bf16;
        const std::size_t ranks = count(), own_rows = tree.rows_of(own());
        const auto begin_of = [&](std::size_t rank) { return numbers * rank / ranks; };
        const std::size_t own_length = begin_of(own() + 1) - begin_of(own());
        for (auto* list : {&part.sent, &part.sent_from, &part.received_of, &part.received_at, &part.piece, &part.piece_at}) list->assign(ranks, 0);
        for (std::size_t rank = 0; rank < ranks; ++rank) {
            const std::size_t length = begin_of(rank + 1) - begin_of(rank);
            part.piece[rank] = static_cast<int>(length);
            part.piece_at[rank] = static_cast<int>(begin_of(rank));
            part.sent[rank] = static_cast<int>(own_rows * length);
            part.sent_from[rank] = static_cast<int>(own_rows * begin_of(rank));
            part.received_of[rank] = static_cast<int>(tree.rows_of(rank) * own_length);
            part.received_at[rank] = static_cast<int>(tree.first_rows[rank] * own_length);
        }
        if (own_rows > 1) {  // the rows of a piece stand together
            reserve(part.packed, own_rows * numbers);
            for (std::size_t rank = 0; rank < ranks; ++rank) {
                const auto length = static_cast<std::size_t>(part.piece[rank]);
                for (std::size_t row = 0; row < own_rows; ++row)
                    std::copy_n(from + row * row_length + begin_of(rank), length, part.packed.data() + own_rows * begin_of(rank) + row * length);
            }
            from = part.packed.data();
        }
        const std::size_t all_rows = tree.rows.size();
        reserve(part.received, all_rows * own_length);
        const MPI_Datatype number = bf16 ? MPI_UINT16_T : MPI_FLOAT;
        const void* there = from;
        void* here = part.received.data();
        if (bf16) {
            reserve(part.halves, std::max(own_rows, std::size_t{1}) * numbers);
            reserve(part.received_halves, all_rows * own_length);
            change_each(from, own_rows * numbers, part.halves.data(), to_bf16);
            there = part.halves.data();
            here = part.received_halves.data();
        }
        check_mpi(MPI_Ialltoallv(there, part.sent.data(), part.sent_from.data(), number, here, part.received_of.data(), part.received_at.data(), number,
                                 rows_there_, &part.request),
                  "MPI_Ialltoallv");
    }
    // The rows of this rank's piece are there.
    void add(Part& part) {
        const auto length = static_cast<std::size_t>(part.piece[own()]);
        if (part.bf16) change_each(part.received_halves.data(), length * part.tree->rows.size(), part.received.data(), from_bf16);
        constexpr std::size_t block = 4096;
        parallel_for((length + block - 1) / block, length * part.tree->rows.size(), [&](std::size_t n) {
            const std::size_t begin = n * block, end = std::min(length, begin + block);
            for (const PeerTree::Join& join : part.tree->joins) {
                float* const to = part.received.data() + join.to * length;
                const float* const from = part.received.data() + join.from * length;
                for (std::size_t at = begin; at < end; ++at) to[at] += from[at];
            }
            std::copy(part.received.data() + begin, part.received.data() + end, part.to + part.piece_at[own()] + begin);
        });
        const MPI_Datatype number = part.bf16 ? MPI_UINT16_T : MPI_FLOAT;
        void* all = part.to;
        if (part.bf16) {
            change_each(part.to + part.piece_at[own()], length, part.halves.data() + part.piece_at[own()], to_bf16);
            all = part.halves.data();
        }
        check_mpi(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, part.piece.data(), part.piece_at.data(), number, sums_back_, &part.request),
                  "MPI_Iallgatherv");
    }
    // All ranks begin the ways back in one order, that of the sums, as MPI wants it.
    void go_on(bool wait) {
        for (; next_there_ < parts_; ++next_there_) {
            if (!arrived(all_parts_[next_there_], wait)) break;
            add(all_parts_[next_there_]);
        }
        for (; next_back_ < next_there_; ++next_back_) {
            Part& part = all_parts_[next_back_];
            if (!arrived(part, wait)) break;
            if (part.bf16) change_each(part.halves.data(), part.numbers, part.to, from_bf16);  // one's own too, so that all have the same
        }
    }
    static bool arrived(Part& part, bool wait) {
        int there = 1;
        if (wait)
            check_mpi(MPI_Wait(&part.request, MPI_STATUS_IGNORE), "MPI_Wait");
        else
            check_mpi(MPI_Test(&part.request, &there, MPI_STATUS_IGNORE), "MPI_Test");
        return there != 0;
    }

    Ranks ranks_;
    OwnCommunicator words_, rows_there_, sums_back_;
    std::deque<AlignedArray<float>> sums_;  // their rows; kept from one step to the next, with their memory
    std::deque<Part> all_parts_;  // likewise
    std::size_t begun_ = 0, parts_ = 0, next_there_ = 0, next_back_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
