// SPDX-License-Identifier: MIT
// A sweep of four networks, in one process or by ranks, and the bits of what came of it:
//     sweep FILE FOLDER [alone]
#include <denim/denim.hpp>
#include <denim/ranks.hpp>
#include <denim/sweep.hpp>

#include "networks.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>

using namespace denim;

namespace {

template <std::size_t Kernel, std::size_t Filters>
using Small = Network<Image<24, 20, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Dense<3>>>;

}  // namespace

int main(int count, char** words) {
    return run_on_ranks(count, words, [&](const Ranks& ranks) {
        if (count < 3) throw std::invalid_argument("sweep: a file and a folder were expected");
        const bool alone = count > 3;
        const on_ranks::Pictures train{60, {24, 20, 3}, Seed{1}}, validation{20, {24, 20, 3}, Seed{2}};
        RankHands hands{ranks};
        const SweepTable table = sweep<Small, Values<3, 5>, Values<4, 8>>(
            train, validation, {.log = words[2], .axes = {"kernel", "filters"}, .epochs = 4, .batch = 8, .hands = alone ? nullptr : &hands});
        const std::string name = words[1];
        std::ofstream out{alone ? name : name + '.' + std::to_string(ranks.rank()), std::ios::binary};
        for (const SweepRow& row : table.rows)
            for (const SweepRun& run : row.runs) {
                out << row.name << ' ' << run.folder << ' ' << run.history.best_epoch << '\n';
                for (const Epoch& epoch : run.history.epochs) {
                    const std::array numbers{epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy};
                    out.write(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
                }
            }
        return out.flush() ? 0 : 1;
    });
}
