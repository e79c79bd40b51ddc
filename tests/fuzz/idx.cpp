// SPDX-License-Identifier: MIT
#include <denim/format/idx.hpp>
#include <denim/format/row_reader.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    attempt(data, size, [](auto bytes) {
        auto rows = denim::RowReader::of_idx(denim::ByteSource{"fuzz", bytes});
        if (rows.rows() > 1) rows.read(rows.rows() / 2, rows.rows());
        if (rows.rows() > 0) rows.read(0, 1);
        std::vector<std::byte> row(rows.row_bytes());
        if (rows.rows() > 0 && !rows.forward()) rows.read_one(rows.rows() - 1, row);
    });
    return attempt(data, size, [](auto bytes) { static_cast<void>(denim::read_idx(denim::ByteSource{"fuzz", bytes})); });
}
