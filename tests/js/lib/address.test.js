import assert from "node:assert/strict";
import test from "node:test";
import { addressOf, socketAddressOf } from "../../../static/js/lib/address.js";

test("addresses stand beside the page, wherever that is served", () => {
  assert.equal(addressOf("api/schema", "http://localhost:8000/"), "http://localhost:8000/api/schema");
  const below = "https://hub.example.org/user/me/proxy/8000/?embed#task=echo";
  assert.equal(addressOf("api/schema", below), "https://hub.example.org/user/me/proxy/8000/api/schema");
});

test("a socket is as secure as the page, and takes nothing of what the page's address says", () => {
  assert.equal(socketAddressOf("ws", "http://localhost:8000/"), "ws://localhost:8000/ws");
  const below = "https://hub.example.org/user/me/proxy/8000/?embed#task=echo";
  assert.equal(socketAddressOf("ws", below), "wss://hub.example.org/user/me/proxy/8000/ws");
});
