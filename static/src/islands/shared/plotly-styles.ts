import 'plotly.js/dist/plotly.css';

// Plotly writes its rules into a <style>, which the content security policy forbids; an element with this name and class
// tells it that they are there already. It looks for it while it is loaded, so this module must come before it.
const marker = document.createElement('template');
marker.id = 'plotly.js-style-global';
marker.className = 'no-inline-styles';
document.head.append(marker);
