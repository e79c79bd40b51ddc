// SPDX-License-Identifier: MIT
// What ranks cost: pictures in a second of the study's network by fit, and the sums of gradients beside a plain MPI_Allreduce of as many numbers.
//     OMP_NUM_THREADS=2 steps            one process by itself, as it is without MPI
//     OMP_NUM_THREADS=1 mpirun -n 2 --bind-to core steps
//     steps fit | sums | messages        one part
// Medians; the least time is given too, as other programs only make it longer.
#include <denim/denim.hpp>
#include <denim/ranks.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>>;
constexpr std::size_t batch = 64, photographs = 8 * batch;

struct Set {
    Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{photographs, 120, 90, 3}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{photographs}};

    Set() {
        Random random{Seed{1}};
        for (auto& byte : images) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
        for (std::size_t n = 0; n < photographs; ++n) labels(n) = static_cast<std::int32_t>(n % 3);
    }
};

struct Times {
    std::vector<double> seconds = {};

    template <class Body>
    void take(const Ranks& ranks, Body&& body) {
        MPI_Barrier(ranks.communicator());
        const auto before = std::chrono::steady_clock::now();
        body();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
        std::ranges::sort(seconds);
    }
    [[nodiscard]] double median() const { return seconds[seconds.size() / 2]; }
    [[nodiscard]] double least() const { return seconds.front(); }
};

void time_fit(const Ranks& ranks) {
    const Set set;
    Study network{Seed{1}};
    Times times;
    for (int round = 0; round < 8; ++round)
        times.take(ranks, [&] { fit(network, set, {.epochs = 1, .batch = batch, .optimizer = Adam{.rate = 1e-4f}}, ranks); });
    if (ranks.leads())
        std::printf("fit, batches of %zu, %zu ranks x %zu threads: %.0f pictures/s, at best %.0f\n", batch, ranks.size(), threads(),
                    photographs / times.median(), photographs / times.least());
}

// As many numbers as the gradients of some networks, in as many sums as they have runs of layers.
void time_sums(const Ranks& ranks) {
    if (ranks.size() == 1) return;
    detail::RankPeers peers{ranks};
    const PeerTree tree{Shares{batch}, ranks.size()};
    for (const std::size_t numbers : {std::size_t{1000}, std::size_t{100'000}, std::size_t{400'000}, std::size_t{4'000'000}, std::size_t{25'500'000}}) {
        std::vector<float> sum(numbers, 1), plain(numbers, 1);
        const std::size_t rounds = numbers < 1'000'000 ? 101 : 11;
        Times by_tree, by_mpi;
        for (std::size_t round = 0; round < rounds; ++round) {
            by_tree.take(ranks, [&] {
                float* rows = peers.rows(numbers, tree.rows_of(ranks.rank()));
                for (std::size_t row = 0; row < tree.rows_of(ranks.rank()); ++row) std::memcpy(rows + row * numbers, sum.data(), numbers * sizeof(float));
                peers.begin_sum(tree, numbers, sum.data(), false);
                peers.end_sums();
            });
            by_mpi.take(ranks, [&] { MPI_Allreduce(MPI_IN_PLACE, plain.data(), static_cast<int>(numbers), MPI_FLOAT, MPI_SUM, ranks.communicator()); });
            std::ranges::fill(sum, 1.0f);
            std::ranges::fill(plain, 1.0f);
        }
        if (ranks.leads())
            std::printf("a sum of %zu numbers: %.3f ms, at best %.3f; MPI_Allreduce %.3f ms, at best %.3f\n", numbers, 1e3 * by_tree.median(),
                        1e3 * by_tree.least(), 1e3 * by_mpi.median(), 1e3 * by_mpi.least());
    }
}

// What the model of docs/ranks.md is made of: the way of a short message, and how many bytes go in a second.
void time_messages(const Ranks& ranks) {
    if (ranks.size() < 2 || ranks.rank() > 1) return;
    for (const int bytes : {8, 1 << 16, 1 << 18, 1 << 20, 1 << 22}) {
        std::vector<char> there(static_cast<std::size_t>(bytes));
        std::vector<double> seconds;
        for (int round = 0; round < 201; ++round) {
            const auto before = std::chrono::steady_clock::now();
            for (int turn = 0; turn < 2; ++turn)
                if ((turn == 0) == ranks.leads())
                    MPI_Send(there.data(), bytes, MPI_CHAR, 1 - static_cast<int>(ranks.rank()), 0, ranks.communicator());
                else
                    MPI_Recv(there.data(), bytes, MPI_CHAR, 1 - static_cast<int>(ranks.rank()), 0, ranks.communicator(), MPI_STATUS_IGNORE);
            seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count() / 2);
        }
        std::ranges::sort(seconds);
        if (ranks.leads()) std::printf("a message of %d bytes: %.1f us, at best %.1f\n", bytes, 1e6 * seconds[100], 1e6 * seconds[0]);
    }
}

}  // namespace

int main(int count, char** words) {
    return run_on_ranks(count, words, [&](const Ranks& ranks) {
        const std::string part = count > 1 ? words[1] : "";
        if (part.empty() || part == "messages") time_messages(ranks);
        MPI_Barrier(ranks.communicator());
        if (part.empty() || part == "sums") time_sums(ranks);
        if (part.empty() || part == "fit") time_fit(ranks);
        return 0;
    });
}
