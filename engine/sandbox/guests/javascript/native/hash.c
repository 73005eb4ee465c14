/*
 * MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4), Keccak and SHA-3 (FIPS 202), RIPEMD-160
 * (Dobbertin, Bosselaers, Preneel 1996), written from their specifications.
 */
#include "hash.h"

#include <string.h>

#define ROL32(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#define ROR32(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define ROR64(x, n) (((x) >> (n)) | ((x) << (64 - (n))))
#define ROL64(x, n) ((n) ? ((x) << (n)) | ((x) >> (64 - (n))) : (x))

static uint32_t little32(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }
static uint32_t big32(const uint8_t *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
static uint64_t big64(const uint8_t *p) { return (uint64_t)big32(p) << 32 | big32(p + 4); }

/* --- the frame of Merkle and Damgard: whole blocks, then 0x80, zeros and the length in bits ------ */

typedef void Compress(void *state, const uint8_t *block);

static void digest_blocks(Compress *compress, void *state, const uint8_t *data, size_t length, size_t block,
                          int big_endian)
{
    uint8_t last[256] = { 0 };
    size_t field = block / 8;
    size_t left = length % block;
    size_t room = left + 1 + field <= block ? block : 2 * block;
    uint64_t bits = (uint64_t)length * 8;
    for (size_t at = 0; at + block <= length; at += block)
        compress(state, data + at);
    memcpy(last, data + (length - left), left);
    last[left] = 0x80;
    for (size_t i = 0; i < 8; i++)
        last[big_endian ? room - 1 - i : room - 8 + i] = (uint8_t)(bits >> (8 * i));
    compress(state, last);
    if (room > block)
        compress(state, last + block);
}

/* --- MD5 ----------------------------------------------------------------------------------------- */

static const uint32_t MD5_SINES[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint8_t MD5_TURNS[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static void md5_block(void *memory, const uint8_t *block)
{
    uint32_t *state = memory, a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 64; i++) {
        uint32_t mixed, word;
        switch (i / 16) {
        case 0: mixed = (b & c) | (~b & d), word = i; break;
        case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
        case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
        default: mixed = c ^ (b | ~d), word = (7 * i) % 16;
        }
        mixed += a + MD5_SINES[i] + little32(block + 4 * word);
        a = d, d = c, c = b, b += ROL32(mixed, MD5_TURNS[i / 16][i % 4]);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

/* --- SHA-1 --------------------------------------------------------------------------------------- */

static void sha1_block(void *memory, const uint8_t *block)
{
    uint32_t *state = memory, words[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t mixed = i < 16 ? 0 : words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16];
        words[i] = i < 16 ? big32(block + 4 * i) : ROL32(mixed, 1);
    }
    for (int i = 0; i < 80; i++) {
        uint32_t mixed;
        switch (i / 20) {
        case 0: mixed = ((b & c) | (~b & d)) + 0x5a827999; break;
        case 1: mixed = (b ^ c ^ d) + 0x6ed9eba1; break;
        case 2: mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc; break;
        default: mixed = (b ^ c ^ d) + 0xca62c1d6;
        }
        mixed += ROL32(a, 5) + e + words[i];
        e = d, d = c, c = ROL32(b, 30), b = a, a = mixed;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* --- SHA-2: the constants of SHA-256 are the upper halves of the first 64 of SHA-512 --------------- */

static const uint64_t SHA2_CUBES[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static void sha256_block(void *memory, const uint8_t *block)
{
    uint32_t *state = memory, words[64], v[8];
    for (int i = 0; i < 64; i++) {
        if (i < 16) {
            words[i] = big32(block + 4 * i);
            continue;
        }
        uint32_t x = words[i - 15], y = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (ROR32(x, 7) ^ ROR32(x, 18) ^ x >> 3) +
                   (ROR32(y, 17) ^ ROR32(y, 19) ^ y >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t first = v[7] + (ROR32(v[4], 6) ^ ROR32(v[4], 11) ^ ROR32(v[4], 25)) +
                         ((v[4] & v[5]) ^ (~v[4] & v[6])) + (uint32_t)(SHA2_CUBES[i] >> 32) + words[i];
        uint32_t second = (ROR32(v[0], 2) ^ ROR32(v[0], 13) ^ ROR32(v[0], 22)) +
                          ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first, v[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

static void sha512_block(void *memory, const uint8_t *block)
{
    uint64_t *state = memory, words[80], v[8];
    for (int i = 0; i < 80; i++) {
        if (i < 16) {
            words[i] = big64(block + 8 * i);
            continue;
        }
        uint64_t x = words[i - 15], y = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (ROR64(x, 1) ^ ROR64(x, 8) ^ x >> 7) +
                   (ROR64(y, 19) ^ ROR64(y, 61) ^ y >> 6);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint64_t first = v[7] + (ROR64(v[4], 14) ^ ROR64(v[4], 18) ^ ROR64(v[4], 41)) +
                         ((v[4] & v[5]) ^ (~v[4] & v[6])) + SHA2_CUBES[i] + words[i];
        uint64_t second = (ROR64(v[0], 28) ^ ROR64(v[0], 34) ^ ROR64(v[0], 39)) +
                          ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first, v[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

/* --- RIPEMD-160 ----------------------------------------------------------------------------------- */

static const uint8_t RMD_WORD[2][80] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
      3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
      4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13 },
    { 5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
      15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
      12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11 },
};
static const uint8_t RMD_TURN[2][80] = {
    { 11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
      11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
      9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6 },
    { 8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
      9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
      8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11 },
};
static const uint32_t RMD_ADD[2][5] = {
    { 0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e },
    { 0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0 },
};

static uint32_t rmd_mix(int round, uint32_t x, uint32_t y, uint32_t z)
{
    switch (round) {
    case 0: return x ^ y ^ z;
    case 1: return (x & y) | (~x & z);
    case 2: return (x | ~y) ^ z;
    case 3: return (x & z) | (y & ~z);
    default: return x ^ (y | ~z);
    }
}

static void rmd160_block(void *memory, const uint8_t *block)
{
    uint32_t *state = memory, lines[2][5];
    for (int line = 0; line < 2; line++) {
        uint32_t *v = lines[line];
        memcpy(v, state, sizeof lines[line]);
        for (int i = 0; i < 80; i++) {
            int round = line ? 4 - i / 16 : i / 16;
            uint32_t mixed = v[0] + rmd_mix(round, v[1], v[2], v[3]) + little32(block + 4 * RMD_WORD[line][i]) +
                             RMD_ADD[line][i / 16];
            mixed = ROL32(mixed, RMD_TURN[line][i]) + v[4];
            v[0] = v[4], v[4] = v[3], v[3] = ROL32(v[2], 10), v[2] = v[1], v[1] = mixed;
        }
    }
    uint32_t first = state[1] + lines[0][2] + lines[1][3];
    for (int i = 1; i < 5; i++)
        state[i] = state[(i + 1) % 5] + lines[0][(i + 2) % 5] + lines[1][(i + 3) % 5];
    state[0] = first;
}

/* --- Keccak ---------------------------------------------------------------------------------------- */

static void keccak_f(uint64_t *lanes)
{
    uint8_t shift = 1; /* the LFSR of the round constants */
    for (int round = 0; round < 24; round++) {
        uint64_t columns[5], moved[25];
        for (int x = 0; x < 5; x++)
            columns[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
        for (int i = 0; i < 25; i++)
            lanes[i] ^= columns[(i + 4) % 5] ^ ROL64(columns[(i + 1) % 5], 1);
        moved[0] = lanes[0];
        for (int x = 1, y = 0, t = 0; t < 24; t++) {
            int turn = (t + 1) * (t + 2) / 2 % 64;
            int next = (2 * x + 3 * y) % 5;
            moved[y + 5 * next] = ROL64(lanes[x + 5 * y], turn);
            x = y, y = next;
        }
        for (int i = 0; i < 25; i++) {
            int row = i - i % 5;
            lanes[i] = moved[i] ^ (~moved[row + (i + 1) % 5] & moved[row + (i + 2) % 5]);
        }
        for (int bit = 0; bit < 7; bit++) {
            if (shift & 1)
                lanes[0] ^= 1ull << ((1 << bit) - 1);
            shift = (uint8_t)(shift << 1 ^ (shift >> 7) * 0x71);
        }
    }
}

static void keccak(const uint8_t *data, size_t length, size_t digest_length, uint8_t suffix, uint8_t *digest)
{
    uint64_t lanes[25] = { 0 };
    uint8_t *bytes = (uint8_t *)lanes; /* WebAssembly is little-endian, as Keccak is */
    size_t rate = 200 - 2 * digest_length;
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        bytes[at++] ^= data[i];
        if (at == rate)
            keccak_f(lanes), at = 0;
    }
    bytes[at] ^= suffix;
    bytes[rate - 1] ^= 0x80;
    keccak_f(lanes);
    memcpy(digest, bytes, digest_length);
}

/* --- by name ----------------------------------------------------------------------------------------- */

static const uint32_t START_32[8] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
static const uint32_t START_224[8] = { 0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
                                       0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4 };
static const uint32_t START_256[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
static const uint64_t START_384[8] = { 0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                       0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                       0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4 };
static const uint64_t START_512[8] = { 0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                       0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                       0x1f83d9abfb41bd6b, 0x5be0cd19137e2179 };

static const struct Algorithm {
    const char *name;
    Compress *compress;
    const void *start;
    uint8_t word, length, big_endian;
} ALGORITHMS[] = {
    { "md5", md5_block, START_32, 4, 16, 0 },        { "ripemd160", rmd160_block, START_32, 4, 20, 0 },
    { "sha1", sha1_block, START_32, 4, 20, 1 },      { "sha224", sha256_block, START_224, 4, 28, 1 },
    { "sha256", sha256_block, START_256, 4, 32, 1 }, { "sha384", sha512_block, START_384, 8, 48, 1 },
    { "sha512", sha512_block, START_512, 8, 64, 1 },
};

static size_t chained(const struct Algorithm *chosen, const uint8_t *data, size_t length, uint8_t *digest)
{
    uint64_t state[8];
    const uint8_t *bytes = (const uint8_t *)state;
    memcpy(state, chosen->start, 8 * chosen->word);
    digest_blocks(chosen->compress, state, data, length, 16 * chosen->word, chosen->big_endian);
    for (size_t i = 0; i < chosen->length; i++)
        digest[i] = bytes[chosen->big_endian ? i ^ (chosen->word - 1) : i];
    return chosen->length;
}

size_t qf_hash(const char *name, const uint8_t *data, size_t length, uint8_t *digest)
{
    static const struct { const char *name; uint8_t length, suffix; } sponges[] = {
        { "keccak224", 28, 1 }, { "keccak256", 32, 1 }, { "keccak384", 48, 1 }, { "keccak512", 64, 1 },
        { "sha3-224", 28, 6 },  { "sha3-256", 32, 6 },  { "sha3-384", 48, 6 },  { "sha3-512", 64, 6 },
    };
    for (size_t i = 0; i < sizeof ALGORITHMS / sizeof *ALGORITHMS; i++)
        if (!strcmp(name, ALGORITHMS[i].name))
            return chained(&ALGORITHMS[i], data, length, digest);
    for (size_t i = 0; i < sizeof sponges / sizeof *sponges; i++)
        if (!strcmp(name, sponges[i].name)) {
            keccak(data, length, sponges[i].length, sponges[i].suffix, digest);
            return sponges[i].length;
        }
    return 0;
}
