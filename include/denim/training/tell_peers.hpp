// SPDX-License-Identifier: MIT
#pragma once

// Numbers from one of several peers to all, and from all to all.

#include <denim/machine/peers.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The leader's numbers to everybody.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
void broadcast(Peers<float>& peers, std::span<Number> numbers) {
    peers.broadcast(bytes_at(numbers.data(), numbers.size_bytes()));
}
/// Likewise of a vector, which gets the leader's size.
template <class Number>
void broadcast(Peers<float>& peers, std::vector<Number>& numbers) {
    std::size_t size = numbers.size();
    broadcast(peers, std::span{&size, 1});
    numbers.resize(size);
    broadcast(peers, std::span{numbers});
}

/// Everybody's `one` to everybody.
template <class Type>
    requires std::is_trivially_copyable_v<Type>
std::vector<Type> gather(Peers<float>& peers, const Type& one) {
    std::vector<Type> all(peers.count());
    const std::vector<std::size_t> sizes(peers.count(), sizeof one);
    peers.gather(bytes_at(&one, sizeof one), sizes, bytes_at(all.data(), all.size() * sizeof one));
    return all;
}

/// Everybody's numbers, however many, one after the other.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
std::vector<Number> gather_all(Peers<float>& peers, std::span<const Number> own) {
    std::vector<std::size_t> sizes = gather(peers, own.size_bytes());
    std::size_t bytes = 0;
    for (const std::size_t size : sizes) bytes += size;
    std::vector<Number> all(bytes / sizeof(Number));
    peers.gather(bytes_at(own.data(), own.size_bytes()), sizes, bytes_at(all.data(), bytes));
    return all;
}

}  // namespace denim::inline DENIM_TARGET::detail
