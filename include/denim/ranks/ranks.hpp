// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/not_finite.hpp>
#include <denim/ranks/mpi.hpp>
#include <denim/training/interrupted.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace denim {

/// How ranks train together, where it is not to the bits of one process.
struct RankOptions {
    bool statistics_by_rank = false;  ///< BatchNorm normalises by what is here of a batch, and waits for nobody: the bits depend on the number of ranks
    bool bf16_on_wire = false;        ///< gradients travel as bf16, half as many bytes and 8 bits of 24 of each number: the bits depend on the number of ranks
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The processes of an MPI communicator, its ranks, which do something together: each of them makes the same calls in the same order.
///
/// What goes wrong on one rank alone (a file that cannot be read, a full disk, no memory) ends all of them, as the others would wait for ever:
/// its sentence goes to standard error, and `exit_status` to mpirun. What all ranks find alike (options that are not accepted, a loss that is
/// not finite, Interrupted) is thrown on all.
class Ranks {
public:
    static constexpr int exit_status = 1;

    /// Throws std::logic_error unless MPI has begun, and has not ended.
    explicit Ranks(MPI_Comm communicator = MPI_COMM_WORLD, const RankOptions& options = {}) : communicator_(communicator), options_(options) {
        int begun = 0, ended = 0;
        MPI_Initialized(&begun);
        MPI_Finalized(&ended);
        if (!begun || ended)
            throw std::logic_error("denim: Ranks: between MPI_Init_thread and MPI_Finalize was expected, but MPI has " +
                                   std::string{ended ? "ended" : "not begun"});
        int size = 0, rank = 0;
        detail::check_mpi(MPI_Comm_size(communicator, &size), "MPI_Comm_size");
        detail::check_mpi(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
        size_ = static_cast<std::size_t>(size);
        rank_ = static_cast<std::size_t>(rank);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t rank() const { return rank_; }
    /// Whether this is rank 0, which hears callbacks and writes files.
    [[nodiscard]] bool leads() const { return rank_ == 0; }
    [[nodiscard]] MPI_Comm communicator() const { return communicator_; }
    [[nodiscard]] const RankOptions& options() const { return options_; }

    /// Ends all ranks, with a sentence on standard error.
    [[noreturn]] void end_all(std::string sentence, int status = exit_status) const {
        if (sentence.starts_with("denim: ")) sentence.erase(0, 7);
        std::fprintf(stderr, "denim: rank %zu of %zu ends the run: %s\n", rank_, size_, sentence.c_str());
        std::fflush(nullptr);
        std::this_thread::sleep_for(std::chrono::milliseconds{300});  // what a launcher has not read when the others end may be lost
        MPI_Abort(communicator_, status);
        std::abort();
    }

    /// Calls `body()` on all ranks, where each works for itself. If it throws on all of them, that is thrown; if on some, they end all.
    template <class Body>
    void each(Body&& body) const {
        std::exception_ptr error;
        std::string sentence;
        try {
            body();
        } catch (const std::exception& thrown) {
            error = std::current_exception();
            sentence = thrown.what();
        } catch (...) {
            error = std::current_exception();
            sentence = "something that is no std::exception was thrown";
        }
        int failed = error ? 1 : 0, all = 0;
        detail::check_mpi(MPI_Allreduce(&failed, &all, 1, MPI_INT, MPI_SUM, communicator_), "MPI_Allreduce");
        if (all == 0) return;
        if (static_cast<std::size_t>(all) == size_) std::rethrow_exception(error);
        if (error) end_all(std::move(sentence));
        MPI_Barrier(communicator_);  // until the ranks that failed have ended this one
        end_all("another rank has failed");
    }

    /// What `body()` gives, in which the ranks work together. NotFinite and Interrupted, which all find alike, are thrown; else who throws ends all.
    template <class Body>
    decltype(auto) together(Body&& body) const {
        try {
            return std::forward<Body>(body)();
        } catch (const NotFinite&) {
            throw;
        } catch (const Interrupted&) {
            throw;
        } catch (const std::exception& error) {
            if (size_ == 1) throw;
            end_all(error.what());
        } catch (...) {
            if (size_ == 1) throw;
            end_all("something that is no std::exception was thrown");
        }
    }

private:
    MPI_Comm communicator_;
    RankOptions options_;
    std::size_t size_ = 1, rank_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
