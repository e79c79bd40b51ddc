// SPDX-License-Identifier: MIT
// Writes weights for label_photo.cpp: the build makes them a header by the program embed.
#include "network.hpp"

int main(int /*count*/, char** arguments) {
    denim::save(Small{denim::Seed{11}}, arguments[1], {.labels = {"glasses", "trousers", "shoes"}});
}
