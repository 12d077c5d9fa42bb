//! What an acknowledged record costs, against bare writes and syncs of the same bytes, and how fast a journal is read.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails by a panic says where")]

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lmex_journal::{Bounds, Durability, Folder, Handle, Writer};

/// About what a command and its events take.
const PAYLOAD: [u8; 250] = [0x5a; 250];
const SCANNED: u64 = 1_000_000;

fn start(folder: &Path, durability: Durability) -> Writer {
    let recovered = Folder::open(folder, "bench/1").unwrap().recover().unwrap();
    Writer::start(recovered.records.finish().unwrap(), durability, Bounds::default()).unwrap()
}

/// How long it takes until threads that each wait for one record before they append the next have had theirs kept.
fn append_and_wait(handle: &Handle, threads: u64, records: u64) -> Duration {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let share = records / threads + u64::from(thread < records % threads);
            scope.spawn(move || {
                let (kept, heard) = sync_channel(1);
                for _ in 0..share {
                    let kept = kept.clone();
                    handle.append(&PAYLOAD, move || kept.send(()).unwrap()).unwrap();
                    heard.recv().unwrap();
                }
            });
        }
    });
    began.elapsed()
}

/// How long it takes until a thread that doesn't wait has all its records kept.
fn append_all(handle: &Handle, records: u64) -> Duration {
    let began = Instant::now();
    let (kept, heard) = sync_channel(1);
    for _ in 0..records {
        handle.append(&PAYLOAD, || {}).unwrap();
    }
    handle.barrier(move || kept.send(()).unwrap()).unwrap();
    heard.recv().unwrap();
    began.elapsed()
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    group.throughput(Throughput::Elements(1));
    group.sample_size(20);
    let place = tempfile::tempdir().unwrap();
    let mut bare = File::create(place.path().join("bare")).unwrap();
    group.bench_function("baseline: write", |b| b.iter(|| bare.write_all(&PAYLOAD).unwrap()));
    group.bench_function("baseline: write and fdatasync", |b| {
        b.iter(|| {
            bare.write_all(&PAYLOAD).unwrap();
            bare.sync_data().unwrap();
        });
    });
    for (name, durability) in
        [("fsync", Durability::Fsync), ("os", Durability::Os), ("none", Durability::None)]
    {
        let folder = place.path().join(name);
        let writer = start(&folder, durability);
        // As the exchange's desk writes what it promises.
        if durability != Durability::None {
            group.bench_function(format!("{name}, by its caller"), |b| {
                b.iter(|| writer.write(&PAYLOAD).unwrap());
            });
        }
        for threads in [1, 16] {
            group.bench_function(format!("{name}, {threads} waiting"), |b| {
                b.iter_custom(|records| append_and_wait(writer.handle(), threads, records));
            });
        }
        group.bench_function(format!("{name}, not waiting"), |b| {
            b.iter_custom(|records| append_all(writer.handle(), records));
        });
        drop(writer);
        std::fs::remove_dir_all(folder).unwrap();
    }
    group.finish();
}

fn scan(c: &mut Criterion) {
    let place = tempfile::tempdir().unwrap();
    let writer = start(place.path(), Durability::None);
    append_all(writer.handle(), SCANNED);
    writer.close().unwrap();
    let recover = || Folder::open(place.path(), "bench/1").unwrap().recover().unwrap().records;
    let mut group = c.benchmark_group("scan a million records of 250 bytes");
    group.throughput(Throughput::Elements(SCANNED));
    group.sample_size(10);
    group.bench_function("read", |b| {
        b.iter(|| {
            let mut records = recover();
            while let Some(record) = records.read().unwrap() {
                black_box(record);
            }
        });
    });
    group.bench_function("as an iterator, with a copy of each", |b| {
        b.iter(|| recover().for_each(|record| drop(black_box(record.unwrap()))));
    });
    group.finish();
}

criterion_group!(benches, append, scan);
criterion_main!(benches);
