// SPDX-License-Identifier: MIT
// The folder for the networks is made before anything is trained.
#include "scratch.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdlib>

TEST_CASE("the folder of --models need not be there yet") {
    const Scratch scratch;
    const std::string command = std::string{PROGRAM} + " --models " + (scratch / "new" / "models").string() + " --data " +
                                (scratch / "none").string() + " 2>" + (scratch / "said").string();
    const int status = std::system(command.c_str());
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 1);  // the data are not there
    const auto said = read_bytes(scratch / "said");
    CHECK(std::string{reinterpret_cast<const char*>(said.data()), said.size()}.find("none") != std::string::npos);
    CHECK(std::filesystem::is_directory(scratch / "new" / "models"));
}
