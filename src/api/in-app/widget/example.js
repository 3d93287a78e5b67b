'use strict';

// What follows `#` is never sent to a server.
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const state = document.getElementById('state');

if (token === null) {
  state.textContent = 'There is no token in the address of this page.';
} else {
  state.textContent = 'Listening.';
  RetinueInApp.start({ token: async () => token });
}
