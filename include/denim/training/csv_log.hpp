// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/atomic_file.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/training/callback.hpp>

#include <filesystem>
#include <string>

namespace denim::inline DENIM_TARGET {

/// The history as comma-separated lines under a header; numbers that there are not are left empty. A loss that is not a
/// number is `nan` where there is an accuracy beside it.
inline std::string csv(const History& history) {
    std::string text = "epoch,loss,accuracy,validation_loss,validation_accuracy,rate,images_per_second,seconds\n";
    for (const Epoch& epoch : history.epochs) {
        text += std::to_string(epoch.number);
        const auto add = [&](double number, bool there) {
            text += ',';
            if (there) text += detail::general(number, 9);
        };
        for (const Score& score : {epoch.train, epoch.validation}) {
            add(score.loss, !is_nan(score.loss) || !is_nan(score.accuracy));
            add(score.accuracy, !is_nan(score.accuracy));
        }
        for (const double number : {epoch.rate, epoch.images_per_second, epoch.seconds}) add(number, true);
        text += '\n';
    }
    return text;
}

/// Keeps a table of all epochs in a file; it is whole after each epoch, and after a resumed run it looks as if that had never
/// stopped.
struct CsvLog {
    std::filesystem::path file;

    void on_epoch(Run& run) const {
        AtomicFile table{file};
        table.write(csv(run.history));
        table.commit();
    }
};

static_assert(Callback<CsvLog>);

}  // namespace denim::inline DENIM_TARGET
