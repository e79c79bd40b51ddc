// SPDX-License-Identifier: MIT
#include <denim/format/npz.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::Npz file{denim::ByteSource{"fuzz", bytes}};
        for (const std::string& name : file.names()) {
            try {
                const denim::AnyArray array = file.read(name);
                if (array.bytes.size() != *denim::checked_size(array.shape, denim::element_size(array.type))) __builtin_trap();
            } catch (const denim::FileError&) {
            }
            auto reader = file.rows(name);
            if (reader.rows() > 1) reader.read(reader.rows() / 2, reader.rows());
            if (reader.rows() > 0) reader.read(0, 1);
        }
    });
}
