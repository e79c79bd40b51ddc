// SPDX-License-Identifier: MIT
#include <denim/all.hpp>

int main() {
    const denim::Picture picture{denim::Size{4, 5}};
    return denim::decode(denim::encode_png(picture)) == picture ? 0 : 1;
}
