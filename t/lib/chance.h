/* SPDX-License-Identifier: ISC */
/* Chance that is the same everywhere and every time: xorshift64* (Vigna). */
#ifndef CHANCE_H
#define CHANCE_H

#include <stdint.h>

/* Another one makes other chances; never 0. */
static uint64_t chance_state = 0x9b05688c2b3e6c1f;

/* Mixes the bits of x so that each depends on all: the end of splitmix64. */
static inline uint64_t
chance_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9;
	x ^= x >> 27;
	x *= 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Any 64 bits. */
static inline uint64_t
chance_bits(void)
{
	chance_state ^= chance_state >> 12;
	chance_state ^= chance_state << 25;
	chance_state ^= chance_state >> 27;
	return chance_state * 0x2545f4914f6cdd1d;
}

/* 0 to below - 1. */
static inline unsigned
chance(unsigned below)
{
	return (unsigned)(chance_bits() >> 33) % below;
}

/* 0 to 1, and never 1. */
static inline double
chance_part(void)
{
	return (double)(chance_bits() >> 40) / (1 << 24);
}

#endif
