;; The two inner loops of reading a Blosc chunk, for engines that have WebAssembly with SIMD: LZ4 blocks and the byte shuffle of
;; four-byte values. Both work inside the module's memory from byte 256 on, and may write up to 64 bytes past the end of their target.
;; `node --conditions=@halocline/source packages/vdb/wasm/build.ts` makes src/unpack-wasm.ts of this.
(module
  (memory (export "memory") 1)

  ;; How far to go after sixteen bytes of a pattern of 0 … 15 bytes, then for each length of 1 … 15 where its sixteen bytes come from.
  (data (i32.const 0)
    "\00\10\10\0f\10\0f\0c\0e\10\09\0a\0b\0c\0d\0e\0f"
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\01\00\01\00\01\00\01\00\01\00\01\00\01\00\01"
    "\00\01\02\00\01\02\00\01\02\00\01\02\00\01\02\00"
    "\00\01\02\03\00\01\02\03\00\01\02\03\00\01\02\03"
    "\00\01\02\03\04\00\01\02\03\04\00\01\02\03\04\00"
    "\00\01\02\03\04\05\00\01\02\03\04\05\00\01\02\03"
    "\00\01\02\03\04\05\06\00\01\02\03\04\05\06\00\01"
    "\00\01\02\03\04\05\06\07\00\01\02\03\04\05\06\07"
    "\00\01\02\03\04\05\06\07\08\00\01\02\03\04\05\06"
    "\00\01\02\03\04\05\06\07\08\09\00\01\02\03\04\05"
    "\00\01\02\03\04\05\06\07\08\09\0a\00\01\02\03\04"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\00\01\02\03"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\00\01\02"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\00\01"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\00")

  ;; Fills `to` … `toEnd` from the LZ4 block `from` … `fromEnd`. 1, or 0 where the block does not fit (see src/lz4.ts for why).
  (func (export "lz4") (param $from i32) (param $fromEnd i32) (param $to i32) (param $toEnd i32) (result i32)
    (local $start i32) (local $token i32) (local $count i32) (local $byte i32) (local $match i32) (local $end i32)
    (local $distance i32) (local $pattern v128)
    (local.set $start (local.get $to))
    (loop $sequence
      (if (i32.ge_u (local.get $from) (local.get $fromEnd)) (then (return (i32.const 0))))
      (local.set $token (i32.load8_u (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))

      ;; Literals.
      (local.set $count (i32.shr_u (local.get $token) (i32.const 4)))
      (if (i32.eq (local.get $count) (i32.const 15))
        (then
          (loop $more
            (if (i32.ge_u (local.get $from) (local.get $fromEnd)) (then (return (i32.const 0))))
            (local.set $byte (i32.load8_u (local.get $from)))
            (local.set $from (i32.add (local.get $from) (i32.const 1)))
            (local.set $count (i32.add (local.get $count) (local.get $byte)))
            (br_if $more (i32.eq (local.get $byte) (i32.const 255))))))
      (if (i32.or
            (i32.gt_u (local.get $count) (i32.sub (local.get $fromEnd) (local.get $from)))
            (i32.gt_u (local.get $count) (i32.sub (local.get $toEnd) (local.get $to))))
        (then (return (i32.const 0))))
      (if (i32.le_u (local.get $count) (i32.const 32))
        (then
          (v128.store align=1 (local.get $to) (v128.load align=1 (local.get $from)))
          (v128.store offset=16 align=1 (local.get $to) (v128.load offset=16 align=1 (local.get $from))))
        (else (memory.copy (local.get $to) (local.get $from) (local.get $count))))
      (local.set $from (i32.add (local.get $from) (local.get $count)))
      (local.set $to (i32.add (local.get $to) (local.get $count)))

      ;; Distance: 1 … what is there already. The last sequence has none.
      (local.set $distance (i32.load16_u align=1 (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 2)))
      (if (i32.gt_u (local.get $from) (local.get $fromEnd))
        (then
          (return
            (i32.and
              (i32.eq (local.get $from) (i32.add (local.get $fromEnd) (i32.const 2)))
              (i32.eq (local.get $to) (local.get $toEnd))))))
      (if (i32.ge_u
            (i32.sub (local.get $distance) (i32.const 1))
            (i32.sub (local.get $to) (local.get $start)))
        (then (return (i32.const 0))))
      (local.set $match (i32.sub (local.get $to) (local.get $distance)))

      ;; Match.
      (local.set $count (i32.add (i32.and (local.get $token) (i32.const 15)) (i32.const 4)))
      (if (i32.eq (local.get $count) (i32.const 19))
        (then
          (loop $more
            (if (i32.ge_u (local.get $from) (local.get $fromEnd)) (then (return (i32.const 0))))
            (local.set $byte (i32.load8_u (local.get $from)))
            (local.set $from (i32.add (local.get $from) (i32.const 1)))
            (local.set $count (i32.add (local.get $count) (local.get $byte)))
            (br_if $more (i32.eq (local.get $byte) (i32.const 255))))))
      (if (i32.gt_u (local.get $count) (i32.sub (local.get $toEnd) (local.get $to))) (then (return (i32.const 0))))
      (local.set $end (i32.add (local.get $to) (local.get $count)))
      (if (i32.ge_u (local.get $distance) (i32.const 16))
        (then
          ;; Most are short: 32 bytes without a look at the length.
          (v128.store align=1 (local.get $to) (v128.load align=1 (local.get $match)))
          (v128.store offset=16 align=1 (local.get $to) (v128.load offset=16 align=1 (local.get $match)))
          (if (i32.gt_u (local.get $count) (i32.const 32))
            (then
              (loop $copy
                (local.set $to (i32.add (local.get $to) (i32.const 16)))
                (local.set $match (i32.add (local.get $match) (i32.const 16)))
                (v128.store offset=16 align=1 (local.get $to) (v128.load offset=16 align=1 (local.get $match)))
                (br_if $copy (i32.lt_u (i32.add (local.get $to) (i32.const 32)) (local.get $end)))))))
        (else
          ;; The bytes repeat: sixteen of the pattern at a time, on by as many whole patterns as they hold.
          (local.set $pattern
            (i8x16.swizzle
              (v128.load align=1 (local.get $match))
              (v128.load align=1 (i32.shl (local.get $distance) (i32.const 4)))))
          (local.set $match (i32.load8_u (local.get $distance)))
          (loop $copy
            (v128.store align=1 (local.get $to) (local.get $pattern))
            (local.set $to (i32.add (local.get $to) (local.get $match)))
            (br_if $copy (i32.lt_u (local.get $to) (local.get $end))))))
      (local.set $to (local.get $end))
      (br $sequence))
    (unreachable))

  ;; Undoes the shuffle of `count` values of four bytes: four rows of bytes, `stride` apart from `from` on, become values at `to`.
  (func (export "unshuffle") (param $from i32) (param $stride i32) (param $to i32) (param $count i32)
    (local $second i32) (local $third i32) (local $fourth i32) (local $end i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $second (i32.add (local.get $from) (local.get $stride)))
    (local.set $third (i32.add (local.get $second) (local.get $stride)))
    (local.set $fourth (i32.add (local.get $third) (local.get $stride)))
    (local.set $end (i32.add (local.get $from) (local.get $count)))
    (if (i32.eqz (local.get $count)) (then (return)))
    (loop $sixteen
      (local.set $a (v128.load align=1 (local.get $from)))
      (local.set $b (v128.load align=1 (local.get $second)))
      (local.set $c (v128.load align=1 (local.get $third)))
      (local.set $d (v128.load align=1 (local.get $fourth)))
      (v128.store align=1 (local.get $to)
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b))
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $c) (local.get $d))))
      (v128.store offset=16 align=1 (local.get $to)
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (local.get $b))
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $c) (local.get $d))))
      (v128.store offset=32 align=1 (local.get $to)
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b))
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $c) (local.get $d))))
      (v128.store offset=48 align=1 (local.get $to)
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $a) (local.get $b))
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $c) (local.get $d))))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $second (i32.add (local.get $second) (i32.const 16)))
      (local.set $third (i32.add (local.get $third) (i32.const 16)))
      (local.set $fourth (i32.add (local.get $fourth) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 64)))
      (br_if $sixteen (i32.lt_u (local.get $from) (local.get $end))))))
