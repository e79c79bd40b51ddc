// SPDX-License-Identifier: MIT
#pragma once

// Several arrays in a file, each under a name, as numpy.savez and numpy.savez_compressed write them: a zip archive of npy
// files.

#include <denim/format/npy.hpp>
#include <denim/format/npz_writer.hpp>
#include <denim/format/row_reader.hpp>
#include <denim/format/zip_directory.hpp>

#include <cassert>
#include <memory>

namespace denim::inline DENIM_TARGET {

/// An npz file, open for reading. Opening reads its table of contents, `read` one array, and none of the others. Checksums are
/// compared; a compressed array takes no more memory than its npy header says and its compressed size makes possible.
class Npz {
public:
    explicit Npz(ByteSource source) : source_(std::make_shared<const ByteSource>(std::move(source))), directory_(*source_) {
        for (const detail::ZipEntry& entry : directory_.entries())
            if (entry.name.ends_with(suffix)) names_.push_back(entry.name.substr(0, entry.name.size() - suffix.size()));
    }

    /// The names of its arrays, in the order of the file.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] bool contains(std::string_view name) const { return directory_.find(std::string{name}.append(suffix)); }

    /// Type and shape of an array, without its elements.
    [[nodiscard]] NpyHeader header(std::string_view name) const { return read_npy_header(*open(name)); }

    /// One array; throws FileError if there is none of that name.
    [[nodiscard]] AnyArray read(std::string_view name) const { return detail::read_npy_stream(*open(name)); }

    /// Reads an array a few rows at a time.
    [[nodiscard]] RowReader rows(std::string_view name) const { return {source_, open(name)}; }

private:
    static constexpr std::string_view suffix = ".npy";

    [[nodiscard]] std::unique_ptr<detail::ByteStream> open(std::string_view name) const;

    std::shared_ptr<const ByteSource> source_;
    detail::ZipDirectory directory_;
    std::vector<std::string> names_;
};

/// All arrays of an npz file by name.
DENIM_ONCE std::map<std::string, AnyArray> read_npz(ByteSource source);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::unique_ptr<detail::ByteStream> Npz::open(std::string_view name) const {
    assert(source_ && "denim: this npz file was moved from: only assign to it, or let it go");
    const detail::ZipEntry* entry = directory_.find(std::string{name}.append(suffix));
    if (!entry) {
        std::string known;
        for (const std::string& each : names_)
            if (known.size() < 500) known.append(known.empty() ? "" : ", ").append(detail::in_quotes(each));
        source_->fail("an array " + detail::in_quotes(name) + " was expected, the file has " +
                      (known.empty() ? "none" : known));
    }
    return detail::ZipDirectory::open(*source_, *entry, source_->name() + ", array " + detail::in_quotes(name));
}

DENIM_ONCE std::map<std::string, AnyArray> read_npz(ByteSource source) {
    const Npz file{std::move(source)};
    std::map<std::string, AnyArray> arrays;
    for (const std::string& name : file.names()) arrays.emplace(name, file.read(name));
    return arrays;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
