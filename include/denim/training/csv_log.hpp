// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/append_to_file.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/training/callback.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET {

/// The head of a table of epochs.
inline constexpr std::string_view csv_header =
    "epoch,loss,accuracy,validation_loss,validation_accuracy,rate,images_per_second,seconds\n";

/// An epoch as comma-separated numbers; those that there are not are left empty. A loss that is not a number is `nan` where there
/// is an accuracy beside it.
inline std::string csv_line(const Epoch& epoch) {
    std::string text = std::to_string(epoch.number);
    const auto add = [&](double number, bool there) {
        text += ',';
        if (there) text += detail::general(number, 9);
    };
    for (const Score& score : {epoch.train, epoch.validation}) {
        add(score.loss, !is_nan(score.loss) || !is_nan(score.accuracy));
        add(score.accuracy, !is_nan(score.accuracy));
    }
    for (const double number : {epoch.rate, epoch.images_per_second, epoch.seconds}) add(number, true);
    return text + '\n';
}

/// The history as such lines under their header.
inline std::string csv(const History& history) {
    std::string text{csv_header};
    for (const Epoch& epoch : history.epochs) text += csv_line(epoch);
    return text;
}

/// Keeps a table of all epochs in a file, a line more after each. It is written anew when a run begins or goes on, so that it
/// looks as if that had never stopped; a file that cannot be written is a FileError before anything is learned.
struct CsvLog {
    std::filesystem::path file;

    void on_ready(Run& run) { write(run.history); }
    void on_epoch(Run& run) {
        const std::string line = csv_line(run.history.epochs.back());
        if (size_ > 0 && append_to_file(file, size_, line))
            size_ += line.size();
        else
            write(run.history);
    }

    // What it knows of the file.
    std::uint64_t size_ = 0;

    void write(const History& history) {
        AtomicFile table{file};
        table.write(csv(history));
        size_ = table.size();
        table.commit();
    }
};

static_assert(Callback<CsvLog>);

}  // namespace denim::inline DENIM_TARGET
