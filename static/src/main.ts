import './styles/tabler.scss';
import './styles/studio.css';
