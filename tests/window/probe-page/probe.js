document.getElementById('state').textContent = typeof window.postrider === 'object' ? 'bridge' : 'no bridge';
window.load = address => import(address);
